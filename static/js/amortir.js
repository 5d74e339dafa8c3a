// Ne pas agir à chaque frappe.

/** Le geste attend une accalmie (`attente`, en millisecondes), mais pas plus longtemps que `maximum`. */
export function amortir(geste, attente, maximum) {
  let minuterie, premiere;
  const jouer = () => {
    clearTimeout(minuterie);
    premiere = undefined;
    return geste();
  };
  const relancer = () => {
    premiere ??= Date.now();
    clearTimeout(minuterie);
    minuterie = setTimeout(jouer, Math.max(0, Math.min(attente, premiere + maximum - Date.now())));
  };
  return { jouer, relancer, arreter: () => clearTimeout(minuterie) };
}
