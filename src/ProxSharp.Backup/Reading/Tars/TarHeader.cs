using System.Globalization;
using System.Text.Unicode;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Tars;

/// <summary>The header of one member of a tar stream, with an extended header before it where its fields are too small.</summary>
internal sealed class TarHeader
{
    public const int BlockSize = 512;

    private const int NameLength = 100;
    private const long MostOctal11 = (1L << 33) - 1;
    private const uint MostOctal7 = (1u << 21) - 1;

    private readonly byte[] _path;
    private readonly PxarMetadata _metadata;
    private readonly TarRecords _records = new();

    /// <param name="path">The path, which ends in a slash for directories.</param>
    /// <param name="kind">The kind of the member. Tar has none for sockets.</param>
    /// <param name="metadata">The metadata; those of its target for a hard link.</param>
    public TarHeader(byte[] path, PxarEntryKind kind, PxarMetadata metadata) => (_path, Kind, _metadata) = (path, kind, metadata);

    public PxarEntryKind Kind { get; }

    public long Length { get; init; }

    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    public ulong DeviceMajor { get; init; }

    public ulong DeviceMinor { get; init; }

    private byte TypeFlag => Kind switch
    {
        PxarEntryKind.File => (byte)'0',
        PxarEntryKind.HardLink => (byte)'1',
        PxarEntryKind.Symlink => (byte)'2',
        PxarEntryKind.CharacterDevice => (byte)'3',
        PxarEntryKind.BlockDevice => (byte)'4',
        PxarEntryKind.Directory => (byte)'5',
        _ => (byte)'6',
    };

    /// <summary>The blocks of the header.</summary>
    public byte[] ToArray()
    {
        CollectRecords();
        byte[] own = new byte[BlockSize];
        Fill(own, _path, _metadata.Mode & 0xFFF, Length, TypeFlag);
        WriteOctal(own.AsSpan(108, 8), Math.Min(_metadata.UserId, MostOctal7));
        WriteOctal(own.AsSpan(116, 8), Math.Min(_metadata.GroupId, MostOctal7));
        WriteOctal(own.AsSpan(136, 12), (ulong)Math.Clamp(_metadata.ModificationTime.Seconds, 0, MostOctal11));
        Cut(LinkTarget.Span).CopyTo(own.AsSpan(157, NameLength));
        WriteOctal(own.AsSpan(329, 8), Math.Min(DeviceMajor, MostOctal7));
        WriteOctal(own.AsSpan(337, 8), Math.Min(DeviceMinor, MostOctal7));
        Seal(own);
        if (_records.IsEmpty)
            return own;
        byte[] extended = new byte[BlockSize + Round(_records.Span.Length)];
        Fill(extended, "./PaxHeaders/extended"u8, 0x1A4, _records.Span.Length, (byte)'x');
        Seal(extended.AsSpan(0, BlockSize));
        _records.Span.CopyTo(extended.AsSpan(BlockSize));
        return [.. extended, .. own];
    }

    /// <summary>A length in whole blocks.</summary>
    public static long Round(long length) => (length + BlockSize - 1) / BlockSize * BlockSize;

    private static int Round(int length) => (length + BlockSize - 1) / BlockSize * BlockSize;

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text) => text.Length > NameLength ? text[..NameLength] : text;

    private static bool Fits(ReadOnlySpan<byte> text) => text.Length <= NameLength && !text.ContainsAnyInRange((byte)0x80, (byte)0xFF);

    private static void Fill(Span<byte> block, ReadOnlySpan<byte> path, uint mode, long length, byte type)
    {
        Cut(path).CopyTo(block);
        WriteOctal(block.Slice(100, 8), mode);
        WriteOctal(block.Slice(108, 8), 0);
        WriteOctal(block.Slice(116, 8), 0);
        WriteOctal(block.Slice(124, 12), (ulong)Math.Min(length, MostOctal11));
        WriteOctal(block.Slice(136, 12), 0);
        block[156] = type;
        "ustar\000"u8.CopyTo(block[257..]);
    }

    private static void Seal(Span<byte> block)
    {
        block.Slice(148, 8).Fill((byte)' ');
        uint sum = 0;
        foreach (byte value in block[..BlockSize])
            sum += value;
        // Six digits, NUL, space: so it has always been.
        WriteOctal(block.Slice(148, 7), sum);
    }

    private static void WriteOctal(Span<byte> field, ulong value)
    {
        field[^1] = 0;
        for (int i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }

    private void CollectRecords()
    {
        // Names that are no UTF-8 are bytes, and that is said.
        if (!Utf8.IsValid(_path) || !Utf8.IsValid(LinkTarget.Span))
            _records.Add("hdrcharset", "BINARY");
        if (!Fits(_path))
            _records.Add("path"u8, _path);
        if (!Fits(LinkTarget.Span))
            _records.Add("linkpath"u8, LinkTarget.Span);
        PxarTimestamp time = _metadata.ModificationTime;
        if (time.Nanoseconds != 0 || time.Seconds is < 0 or > MostOctal11)
            _records.Add("mtime", TarRecords.Time(time));
        AddNumber("size", Length, MostOctal11);
        AddNumber("uid", _metadata.UserId, MostOctal7);
        AddNumber("gid", _metadata.GroupId, MostOctal7);
        AddNumber("SCHILY.devmajor", (long)Math.Min(DeviceMajor, long.MaxValue), MostOctal7);
        AddNumber("SCHILY.devminor", (long)Math.Min(DeviceMinor, long.MaxValue), MostOctal7);
        if (Kind != PxarEntryKind.HardLink)
            CollectAttributes();
    }

    private void CollectAttributes()
    {
        if (TarAcl.Access(_metadata) is { } access)
            _records.Add("SCHILY.acl.access", access);
        if (TarAcl.Default(_metadata) is { } defaults)
            _records.Add("SCHILY.acl.default", defaults);
        foreach (PxarXattr xattr in _metadata.Xattrs)
            AddXattr(xattr.Name.Span, xattr.Value.Span);
        if (_metadata.FileCapability is { } capability)
            AddXattr("security.capability"u8, capability.Span);
    }

    private void AddXattr(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // A keyword ends at the first '=', so tar programs write it as %3D.
        byte[] shown = name.Contains((byte)'=') ? EscapeEquals(name) : name.ToArray();
        _records.Add([.. "SCHILY.xattr."u8, .. shown], value);
    }

    private static byte[] EscapeEquals(ReadOnlySpan<byte> name)
    {
        List<byte> escaped = [];
        foreach (byte value in name)
        {
            if (value == '=')
                escaped.AddRange("%3D"u8);
            else
                escaped.Add(value);
        }

        return [.. escaped];
    }

    private void AddNumber(string key, long value, long most)
    {
        if (value > most)
            _records.Add(key, value.ToString(CultureInfo.InvariantCulture));
    }
}
