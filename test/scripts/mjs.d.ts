// The scripts are plain JavaScript, typed by their comments and checked by `tsc -p scripts`; here they are untyped.
declare module "*.mjs";
