using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>Reads the table of a directory. Pure.</summary>
internal ref struct CatalogTable
{
    private readonly ReadOnlySpan<byte> _table;
    private readonly long _tablePosition;
    private readonly long _blockPosition;
    private long _floor;
    private int _used;

    private CatalogTable(ReadOnlySpan<byte> table, long tablePosition, CatalogEntry directory)
    {
        _table = table;
        _tablePosition = tablePosition;
        _blockPosition = directory.BlockPosition;
        _floor = directory.Floor;
    }

    private readonly ReadOnlySpan<byte> Rest => _table[_used..];

    internal static IReadOnlyList<CatalogEntry> Read(ReadOnlySpan<byte> table, long tablePosition, CatalogEntry directory)
    {
        CatalogTable reader = new(table, tablePosition, directory);
        ulong count = reader.ReadNumber();
        if (count > (ulong)reader.Rest.Length / CatalogFormat.MinEntrySize)
            throw reader.Fault($"a table of {table.Length} bytes does not hold {count} entries");
        List<CatalogEntry> entries = new((int)count);
        while (entries.Count < (int)count)
            entries.Add(reader.ReadEntry());
        return reader._used == table.Length ? entries : throw reader.Fault("the table is longer than its entries");
    }

    private CatalogEntry ReadEntry()
    {
        if (Rest.IsEmpty)
            throw Fault("the table ends early");
        CatalogEntryKind kind = (CatalogEntryKind)Rest[0];
        if (!Enum.IsDefined(kind))
            throw Fault($"there is no entry of kind {(byte)kind}");
        _used++;
        PxarName name = ReadName();
        switch (kind)
        {
            case CatalogEntryKind.Directory:
                return ReadDirectory(name);
            case CatalogEntryKind.File:
                ulong length = ReadNumber();
                if (!CatalogNumber.TryReadSigned(Rest, out long time, out int used))
                    throw Fault("a time is no valid number");
                _used += used;
                return new(kind, name) { Length = length, ModificationTime = time };
            default:
                return new(kind, name);
        }
    }

    private CatalogEntry ReadDirectory(PxarName name)
    {
        ulong distance = ReadNumber();
        // Children are written before their parents, one subtree after the other: so the blocks of a directory lie behind those of the one before it.
        if (distance == 0 || distance > (ulong)(_blockPosition - _floor))
            throw Fault("the directory leads outside of its parent's part of the catalog");
        long position = _blockPosition - (long)distance;
        CatalogEntry entry = new(CatalogEntryKind.Directory, name) { BlockPosition = position, Floor = _floor };
        _floor = position + 1;
        return entry;
    }

    private PxarName ReadName()
    {
        ulong length = ReadNumber();
        if (length >= CatalogFormat.MaxNameLength || length > (ulong)Rest.Length)
            throw Fault($"a name cannot be {length} bytes long here");
        ReadOnlySpan<byte> bytes = Rest[..(int)length];
        if (PxarName.Fault(bytes) is { } fault)
            throw Fault($"the name \"{PxarName.Text(bytes)}\" {fault}");
        _used += (int)length;
        return new(bytes);
    }

    private ulong ReadNumber()
    {
        if (!CatalogNumber.TryRead(Rest, out ulong value, out int used))
            throw Fault("a number is not valid");
        _used += used;
        return value;
    }

    private readonly ProxmoxProtocolException Fault(string what) => CatalogFormat.Malformed(_tablePosition + _used, what);
}
