/** A bit in a word of a superblock, and the first kernel that mounts what bears it, read and write. */
export interface Feature {
  readonly word: string;
  readonly bit: number;
  readonly name: string;
  readonly since: string;
}

const rows = (word: string, list: readonly (readonly [bit: number, name: string, since: string])[]): Feature[] =>
  list.map(([bit, name, since]) => ({ word, bit, name, since }));

/** Read from a superblock: words by name. */
export type Words = Readonly<Record<string, bigint>>;

export interface Format {
  /** Where the versions are from. */
  readonly source: string;
  readonly features: readonly Feature[];
  /** @throws RangeError for what is no such filesystem. */
  readonly read: (disk: Buffer) => Words;
}

function requireMagic(found: string, wanted: string): void {
  if (found !== wanted) throw new RangeError(`the superblock begins with ${found}, not with ${wanted}`);
}

const xfs: Format = {
  source:
    'fs/xfs/libxfs/xfs_format.h (fs/xfs/xfs_sb.h before 3.17), each bit in the first release in which …_ALL has it',
  features: [
    ...rows('versionnum', [
      ...([
        [4, 'attr', '2.6.0'],
        [5, 'nlink', '2.6.0'],
        [6, 'quota', '2.6.0'],
        [7, 'align', '2.6.0'],
        [8, 'dalign', '2.6.0'],
        [10, 'logv2', '2.6.0'],
        [11, 'sector', '2.6.0'],
        [12, 'extflg', '2.6.0'],
        [13, 'dirv2', '2.6.0'],
        [14, 'ascii-ci', '2.6.28'],
        [15, 'morebits', '2.6.16'],
      ] as const),
    ]),
    // CRC is the fifth format; the lowest four bits of versionnum are its number.
    ...rows('format', [
      [4, 'v4', '2.6.0'],
      // With a warning until 3.15.
      [5, 'v5', '3.10'],
    ]),
    ...rows('features2', [
      [1, 'lazysbcount', '2.6.22'],
      [3, 'attr2', '2.6.16'],
      [4, 'parent', '99'],
      [7, 'projid32bit', '2.6.37'],
      [8, 'crc', '3.10'],
      [9, 'ftype', '3.13'],
    ]),
    ...rows('ro_compat', [
      [0, 'finobt', '3.16'],
      [1, 'rmapbt', '4.8'],
      [2, 'reflink', '4.9'],
      [3, 'inobtcount', '5.10'],
    ]),
    ...rows('incompat', [
      [0, 'ftype', '3.13'],
      [1, 'sparse inodes', '4.2'],
      [2, 'meta_uuid', '4.3'],
      [3, 'bigtime', '5.10'],
      [4, 'needsrepair', '5.12'],
      [5, 'nrext64', '5.19'],
      [6, 'exchange', '6.10'],
      [7, 'parent', '6.10'],
      [8, 'metadir', '6.13'],
      [9, 'zoned', '6.15'],
      [10, 'zone gaps', '6.15'],
    ]),
    ...rows('log_incompat', [[0, 'logged attributes', '5.19']]),
  ],
  read(disk) {
    requireMagic(disk.toString('latin1', 0, 4), 'XFSB');
    const versionnum = disk.readUInt16BE(100);
    const fifth = (versionnum & 15) === 5;
    const word = (offset: number) => BigInt(fifth ? disk.readUInt32BE(offset) : 0);
    return {
      versionnum: BigInt(versionnum & ~15),
      format: 1n << BigInt(versionnum & 15),
      features2: BigInt(disk.readUInt32BE(200)),
      compat: word(208),
      ro_compat: word(212),
      incompat: word(216),
      log_incompat: word(220),
    };
  },
};

const ext4: Format = {
  source: 'ext4(5), the table of kernels; orphan_file and fast_commit: fs/ext4/ext4.h of 5.15 and 5.10',
  features: [
    ...rows('compat', [
      [2, 'has_journal', '2.4.15'],
      [3, 'ext_attr', '2.6.0'],
      [4, 'resize_inode', '2.6.10'],
      [5, 'dir_index', '2.6.0'],
      [9, 'sparse_super2', '3.16'],
      [10, 'fast_commit', '5.10'],
      [11, 'stable_inodes', '5.5'],
      [12, 'orphan_file', '5.15'],
    ]),
    ...rows('incompat', [
      [1, 'filetype', '2.2.0'],
      [4, 'meta_bg', '2.6.28'],
      [6, 'extent', '2.6.28'],
      [7, '64bit', '2.6.28'],
      [8, 'mmp', '3.0'],
      [9, 'flex_bg', '2.6.28'],
      [10, 'ea_inode', '4.13'],
      [13, 'metadata_csum_seed', '4.4'],
      [14, 'large_dir', '4.13'],
      [15, 'inline_data', '3.8'],
      [16, 'encrypt', '4.1'],
      [17, 'casefold', '5.2'],
    ]),
    ...rows('ro_compat', [
      [0, 'sparse_super', '2.2.0'],
      [1, 'large_file', '2.2.0'],
      [3, 'huge_file', '2.6.28'],
      [4, 'uninit_bg', '2.6.28'],
      [5, 'dir_nlink', '2.6.28'],
      [6, 'extra_isize', '2.6.28'],
      [8, 'quota', '3.6'],
      [9, 'bigalloc', '3.2'],
      [10, 'metadata_csum', '3.18'],
      [13, 'project', '4.5'],
      [15, 'verity', '5.4'],
    ]),
  ],
  read(disk) {
    requireMagic(disk.readUInt16LE(1024 + 56).toString(16), 'ef53');
    const word = (offset: number) => BigInt(disk.readUInt32LE(1024 + offset));
    return { compat: word(92), incompat: word(96), ro_compat: word(100) };
  },
};

const btrfs: Format = {
  source: 'btrfs(5), filesystem features; those of before 3.0: fs/btrfs/ctree.h',
  features: [
    ...rows('incompat', [
      [0, 'mixed_backref', '2.6.31'],
      [1, 'default_subvol', '2.6.34'],
      [2, 'mixed_groups', '2.6.37'],
      [3, 'compress_lzo', '2.6.38'],
      [4, 'compress_zstd', '4.14'],
      [5, 'big_metadata', '3.4'],
      [6, 'extended_iref', '3.7'],
      [7, 'raid56', '3.9'],
      [8, 'skinny_metadata', '3.10'],
      [9, 'no_holes', '3.14'],
      [10, 'metadata_uuid', '5.0'],
      [11, 'raid1c34', '5.5'],
      [12, 'zoned', '5.12'],
      [14, 'raid_stripe_tree', '6.7'],
      [16, 'simple_quota', '6.7'],
    ]),
    ...rows('compat_ro', [
      [0, 'free_space_tree', '4.5'],
      [1, 'free_space_tree_valid', '4.9'],
      [2, 'verity', '5.15'],
      [3, 'block_group_tree', '6.1'],
    ]),
  ],
  read(disk) {
    const at = 0x10000;
    requireMagic(disk.toString('latin1', at + 64, at + 72), '_BHRfS_M');
    const word = (offset: number) => disk.readBigUInt64LE(at + offset);
    return { compat: word(172), compat_ro: word(180), incompat: word(188) };
  },
};

export const FORMATS: Readonly<Record<string, Format>> = { xfs, ext4, btrfs };

/** As much of a disk as superblocks are in. */
export const HEAD = 0x11000;

/** The features that a superblock bears. A bit that stands in no row is newer than all kernels known here. */
export function featuresOf({ features, read }: Format, disk: Buffer): Feature[] {
  return Object.entries(read(disk)).flatMap(([word, value]) =>
    Array.from({ length: 64 }, (_, bit) => bit)
      .filter((bit) => (value >> BigInt(bit)) & 1n)
      .map((bit) => {
        const known = features.find((each) => each.word === word && each.bit === bit);
        return known ?? { word, bit, name: `bit ${bit} of ${word}, which nobody here knows`, since: '99' };
      }),
  );
}
