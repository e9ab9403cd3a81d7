(function () {
  "use strict";
  var app = document.getElementById("app");
  var sections = [["home-decor", "Home & decor"], ["collect", "Collectables"], ["animals", "Pets & animals"], ["health", "Health & food"], ["fashion", "Fashion"], ["tech-auto", "Tech & auto"]];

  function make(tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    [].concat(children || []).forEach(function (child) {
      node.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return node;
  }

  function head() {
    var links = sections.map(function (one) { return make("a", { href: "/s/" + one[0] }, one[1]); });
    return make("header", {}, [make("a", { href: "/", "class": "brand" }, "QuickBazaar"), make("nav", {}, links), make("span", { "class": "sell" }, "+ Sell")]);
  }

  function card(one) {
    var picture = one.image ? make("img", { src: one.image, alt: "" }) : make("span", { "class": "none" }, "?");
    return make("a", { "class": "card", href: one.url }, [picture, make("b", {}, one.price || "Ask"), make("h3", {}, one.title), make("small", {}, [one.place, one.posted].filter(Boolean).join(" · "))]);
  }

  function list(data) {
    document.title = (data.title || "Fresh ads") + " - QuickBazaar";
    app.replaceChildren(head(), make("h1", {}, data.title || "Fresh ads"), make("div", { "class": "cards" }, data.items.map(card)));
    if (data.next) { app.appendChild(make("a", { "class": "more", rel: "next", href: data.next }, "Next page")); }
  }

  function show(one) {
    document.title = one.title + " - QuickBazaar";
    var facts = Object.keys(one.facts).map(function (key) { return make("li", {}, key + ": " + one.facts[key]); });
    var words = one.text.trim().split(/\n+/).map(function (line) { return make("p", {}, line); });
    var description = make("div", { "class": "description" }, words);
    if (one.raw) { description.innerHTML = one.text; }
    var seller = make("aside", { "class": "seller" }, [make("h2", {}, "Seller"), make("b", { "class": "name" }, one.seller.name || "anonymous"), make("p", {}, one.seller.about || ""), make("p", { "class": "contact" }, one.seller.contact || "")]);
    var body = make("section", { "class": "words" }, [make("h1", {}, one.title), make("div", { "class": "price" }, one.price || "Ask"), make("small", {}, [one.place, one.posted].filter(Boolean).join(" · ")), description, make("ul", {}, facts)]);
    if (one.state === "sold") { body.appendChild(make("div", { "class": "sold" }, "SOLD")); }
    var picture = one.image ? [make("img", { src: one.image, alt: one.title, "class": "photo" })] : [];
    app.replaceChildren(head(), make("article", {}, picture.concat([body, seller])));
  }

  function lost() {
    document.title = "404 - QuickBazaar";
    app.replaceChildren(head(), make("h1", {}, "404"), make("p", {}, "This ad does not exist or was removed by its owner."));
  }

  function load(address, then) {
    var request = new XMLHttpRequest();
    request.open("GET", address);
    request.onload = function () { if (request.status === 200) { then(JSON.parse(request.responseText)); } else { lost(); } };
    request.onerror = lost;
    request.send();
  }

  app.appendChild(make("div", { "class": "spin" }, ""));
  var parts = location.pathname.split("/");
  if (parts[1] === "s") {
    load("/api/list/" + parts[2] + "/" + (new URLSearchParams(location.search).get("page") || 1), list);
  } else if (parts[1] === "p") {
    load("/api/item/" + parts[2], show);
  } else {
    load("/api/home", function (items) { list({ items: items }); });
  }
}());
