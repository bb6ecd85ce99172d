// Opens a DHAT file in the installed DHAT viewer under node, without a browser:
//   node open_in_viewer.js dh_view.js FILE
// Prints blocks and bytes of the whole tree: total, at the peak, at the end. Fails where the viewer refuses the file.
"use strict";
const fs = require("fs");
const vm = require("vm");

// As much of a document as the viewer asks for while it starts and builds its tree.
function element() {
  const childNodes = [];
  return {
    childNodes,
    style: {},
    classList: { add() {}, remove() {}, contains: () => false },
    get selectedIndex() {
      return Math.max(0, childNodes.findIndex((child) => child.selected));
    },
    appendChild(child) {
      childNodes.push(child);
      child.parentNode = this;
      return child;
    },
    replaceChild() {},
    cloneNode: element,
    addEventListener() {},
  };
}
globalThis.document = {
  title: "",
  body: element(),
  location: { search: "" },
  createElement: element,
  createTextNode: element,
};

const [viewer, file] = process.argv.slice(2);
vm.runInThisContext(fs.readFileSync(viewer, "utf8"), { filename: viewer });
globalThis.fileText = fs.readFileSync(file, "utf8");
vm.runInThisContext("onLoad(); gData = JSON.parse(fileText); buildTree(); gFilename = 'x'; displayTree(0, 0, 0);");
const figures = ["total", "atTGmax", "atTEnd"].flatMap((of) => [`_${of}Blocks`, `_${of}Bytes`]);
console.log(figures.map((figure) => vm.runInThisContext(`gRoot.${figure}`)).join(" "));
