fn main(){ let a: Vec<String>=std::env::args().collect(); let d=std::fs::read(&a[2]).unwrap(); for (n,t) in fuzz::TARGETS { if *n==a[1] { t(&d) } } }
