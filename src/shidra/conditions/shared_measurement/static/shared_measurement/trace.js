// The marked cell of a sheet that is wider than the screen comes into view, whichever way the sheet runs.
document.getElementById("here")?.scrollIntoView({ block: "nearest", inline: "center" });
