//! The binary portico: gateway and portal from one folder.
