/** Lambert-93 (RGF93, EPSG:2154) to latitude and longitude: the plane in which FINESS gives metropolitan coordinates. */
import type { Point } from './towns.ts';

// GRS80, and the constants of the projection as IGN publishes them (NTG_71, NTG_80).
const E = 0.0818191910428158;
const N = 0.725607765;
const C = 11_754_255.426;
const XS = 700_000;
const YS = 12_655_612.05;
const MERIDIAN = (3 * Math.PI) / 180;

/** @param x easting @param y northing, metres @returns degrees, to some centimetres */
export function fromLambert93(x: number, y: number): Point {
  const [dx, dy] = [x - XS, YS - y];
  const isometric = -Math.log(Math.hypot(dx, dy) / C) / N;
  let lat = 2 * Math.atan(Math.exp(isometric)) - Math.PI / 2;
  for (let turn = 0; turn < 6; turn++) {
    const sine = E * Math.sin(lat);
    lat = 2 * Math.atan(((1 + sine) / (1 - sine)) ** (E / 2) * Math.exp(isometric)) - Math.PI / 2;
  }
  return { lat: (lat * 180) / Math.PI, lon: ((Math.atan2(dx, dy) / N + MERIDIAN) * 180) / Math.PI };
}
