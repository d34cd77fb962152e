/**
 * A PDF 1.4 file from numbered objects (ISO 32000-1, 7.5): header, bodies, cross-reference table, trailer. It holds no date and
 * no random identifier: the same objects are the same bytes.
 */
import { deflateSync } from 'node:zlib';

export class PdfObjects {
  private readonly bodies: Buffer[] = [];

  /** Reserves a number, so that objects can name one another before they are written. */
  reserve(): number {
    return this.bodies.push(Buffer.alloc(0));
  }

  put(body: string, number: number = this.reserve()): number {
    this.bodies[number - 1] = Buffer.from(body, 'latin1');
    return number;
  }

  /** A compressed stream; `entries` are further entries of its dictionary. */
  stream(data: Buffer, entries: string = ''): number {
    const packed = deflateSync(data, { level: 9 });
    const head = `<< /Length ${packed.length} /Filter /FlateDecode ${entries} >>\nstream\n`;
    const number = this.reserve();
    this.bodies[number - 1] = Buffer.concat([
      Buffer.from(head, 'latin1'),
      packed,
      Buffer.from('\nendstream', 'latin1'),
    ]);
    return number;
  }

  file(root: number, info: number): Buffer {
    const parts = [Buffer.from('%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
    let offset = parts[0].length;
    const offsets = this.bodies.map((body, i) => {
      const at = offset;
      const whole = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
      parts.push(whole);
      offset += whole.length;
      return `${String(at).padStart(10, '0')} 00000 n \n`;
    });
    const size = this.bodies.length + 1;
    const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
    const trailer = `trailer\n<< /Size ${size} /Root ${root} 0 R /Info ${info} 0 R >>\nstartxref\n${offset}\n%%EOF\n`;
    return Buffer.concat([...parts, Buffer.from(table + trailer, 'latin1')]);
  }
}

/** Text as a PDF string object in UTF-16, whatever it contains. */
export function pdfText(text: string): string {
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  return `<${utf16.toString('hex').toUpperCase()}>`;
}

/** A number as PDF writes it: at most four decimals, no exponent. */
export const pdfNumber = (value: number): string => {
  const text = value.toFixed(4).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
};
