/**
 * To be preloaded: hides what Deno's AsyncLocalStorage itself is made of, as in
 * any other runtime. The loop then keeps async contexts by promise reactions.
 */
const { internal } = Deno as unknown as { internal: symbol };
Reflect.deleteProperty(Deno, internal);
