using System.Buffers.Binary;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// The numbers of the format. Each item type is SipHash-2-4 (keys of <see cref="PxarHash"/>) of a label: <c>__PROXMOX_FORMAT_X__</c> or,
/// for payloads and markers, <c>__PROXMOX_FORMAT_PXAR_X__</c>. A test computes them again.
/// </summary>
internal static class PxarFormat
{
    internal const ulong Version = 0x730f6c75df16a40d;
    internal const ulong Prelude = 0xe309d79d9f7b771b;
    internal const ulong Entry = 0xd5956474e588acef;
    internal const ulong EntryV1 = 0x11da850a1c1cceff;
    internal const ulong FileName = 0x16701121063917b3;
    internal const ulong Symlink = 0x27f971e7dbf5dc5f;
    internal const ulong HardLink = 0x51269c8422bd7275;
    internal const ulong Device = 0x9fc9e906586d5ce9;
    internal const ulong Xattr = 0x0dab0229b57dcd03;
    internal const ulong AclUser = 0x2ce8540a457d55b8;
    internal const ulong AclGroup = 0x136e3eceb04c03ab;
    internal const ulong AclGroupObject = 0x10868031e9582876;
    internal const ulong AclDefault = 0xbbbb13415a6896f5;
    internal const ulong AclDefaultUser = 0xc89357b40532cd1f;
    internal const ulong AclDefaultGroup = 0xf90a8a5816038ffe;
    internal const ulong FileCapability = 0x2da9dd9db5f7fb67;
    internal const ulong QuotaProjectId = 0xe07540e82f7d1cbb;
    internal const ulong Payload = 0x28147a1b0b7c1a25;
    internal const ulong PayloadReference = 0x419d3d6bc4ba977e;
    internal const ulong Goodbye = 0x2fec4fa642d5731d;
    internal const ulong GoodbyeTail = 0xef5eed5b753e1555;
    internal const ulong PayloadStart = 0x834c68c2194a4ed2;
    internal const ulong PayloadTail = 0x6c72b78b984c81b5;

    /// <summary>The only value that a version item may hold: archives of version 1 have no such item.</summary>
    internal const ulong SplitVersion = 2;

    /// <summary>Type and size stand before each item; the size counts them.</summary>
    internal const int HeaderSize = 16;

    internal const int StatSize = 40;
    internal const int StatV1Size = 32;
    internal const int GoodbyeRecordSize = 24;

    /// <summary>PATH_MAX of Linux: the longest name and the longest link target, without the closing NUL.</summary>
    internal const int MaxTextLength = 4096;

    /// <summary>XATTR_NAME_MAX and XATTR_SIZE_MAX of Linux, with the NUL between them counted into the name.</summary>
    internal const int MaxXattrLength = 255 + 65536;

    /// <summary>Our own limit: the client writes a prelude of a few lines.</summary>
    internal const int MaxPreludeLength = 1 << 20;

    /// <summary>Our own limit for all that stands before the content of one entry.</summary>
    internal const int MaxHeadLength = 16 << 20;

    /// <summary>An absent entry of a default ACL.</summary>
    internal const ulong AclAbsent = ulong.MaxValue;

    internal static bool IsMetadata(ulong type) => type is Xattr or AclUser or AclGroup or AclGroupObject or AclDefault
        or AclDefaultUser or AclDefaultGroup or FileCapability or QuotaProjectId;

    /// <summary>
    /// The range of content lengths that an item of this type may have; null if the type does not belong into an archive.
    /// </summary>
    internal static (long Least, long Most)? ContentLength(ulong type) => type switch
    {
        Version or AclGroupObject or QuotaProjectId => (8, 8),
        AclUser or AclGroup or AclDefaultUser or AclDefaultGroup or Device or PayloadReference => (16, 16),
        AclDefault or EntryV1 => (32, 32),
        Entry => (StatSize, StatSize),
        FileName or Symlink => (2, MaxTextLength + 1),
        HardLink => (10, MaxTextLength + 9),
        Xattr => (2, MaxXattrLength),
        FileCapability => (0, MaxXattrLength),
        Prelude => (0, MaxPreludeLength),
        Payload => (0, long.MaxValue - HeaderSize),
        Goodbye => (GoodbyeRecordSize, long.MaxValue - HeaderSize),
        _ => null,
    };

    internal static string Describe(ulong type) => type switch
    {
        Version => "format version",
        Prelude => "prelude",
        Entry or EntryV1 => "entry",
        FileName => "file name",
        Symlink => "symbolic link",
        HardLink => "hard link",
        Device => "device",
        Payload => "payload",
        PayloadReference => "payload reference",
        Goodbye => "goodbye table",
        PayloadStart => "start of payloads",
        PayloadTail => "end of payloads",
        _ when IsMetadata(type) => "metadata",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"unknown item {type:x16}"),
    };

    internal static ulong ReadUInt64(ReadOnlySpan<byte> source, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(source[offset..]);

    internal static uint ReadUInt32(ReadOnlySpan<byte> source, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(source[offset..]);

    internal static ProxmoxProtocolException Malformed(long offset, string what) => new(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The archive is damaged at byte {offset}: {what}."))
    {
        Offset = offset,
    };
}
