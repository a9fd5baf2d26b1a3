// Reloads the page when the site changes, and shows above it what is wrong with the folder.
(() => {
  "use strict";
  const news = new EventSource(`/_preview/news?page=${location.pathname}`);
  let lost = false;
  const show = (text) => {
    document.querySelector(".preview-problems")?.remove();
    if (!text) return;
    const box = document.createElement("div");
    box.className = "preview-problems";
    box.setAttribute("role", "alert");
    const title = document.createElement("p");
    title.textContent = "The folder has errors; this is the last good site.";
    const list = document.createElement("pre");
    list.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Hide";
    close.addEventListener("click", () => box.remove());
    box.append(close, title, list);
    document.body.append(box);
  };
  news.addEventListener("problems", (event) => show(event.data));
  news.addEventListener("changed", () => location.reload());
  news.addEventListener("ready", () => { if (lost) location.reload(); });
  news.addEventListener("error", () => { lost = true; });
})();
