using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>
/// Reads the catalog of a snapshot (<c>catalog.pcat1</c>): the names, kinds, lengths and times of all entries of its archives of version
/// 1. Only the directories that are asked for are read.
/// </summary>
/// <example>
/// <code>
/// CatalogReader catalog = CatalogReader.Open(RandomAccessSource.FromStream(file));
/// foreach (CatalogEntry entry in catalog.List(catalog.Find("root.pxar.didx/etc")!))
///     Console.WriteLine(entry.Name);
/// </code>
/// </example>
public sealed partial class CatalogReader
{
    private const int BlockSize = 64 * 1024;

    private readonly RandomAccessSource _source;

    private CatalogReader(RandomAccessSource source, CatalogEntry root)
    {
        _source = source;
        Root = root;
    }

    /// <summary>The root. Its entries are the archives of the snapshot.</summary>
    public CatalogEntry Root { get; }

    private static long CheckLength(RandomAccessSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Magic, a root without entries, and the pointer to it.
        if (source.Length < CatalogFormat.Magic.Length + 2 + CatalogFormat.RootPointerSize)
            throw CatalogFormat.Malformed(source.Length, "it ends early");
        return source.Length;
    }

    private static CatalogEntry ReadRoot(ReadOnlySpan<byte> magic, ReadOnlySpan<byte> pointer, long length)
    {
        if (!magic.SequenceEqual(CatalogFormat.Magic))
            throw CatalogFormat.Malformed(0, "it does not begin as a catalog does");
        ulong root = BinaryPrimitives.ReadUInt64LittleEndian(pointer);
        long end = length - CatalogFormat.RootPointerSize;
        if (root < (ulong)CatalogFormat.Magic.Length || root >= (ulong)end)
            throw CatalogFormat.Malformed(end, "the root lies outside of the catalog");
        return new(CatalogEntryKind.Directory, default) { BlockPosition = (long)root, Floor = CatalogFormat.Magic.Length };
    }

    private static (long Start, int Length) TableRange(ReadOnlySpan<byte> head, long position, long sourceLength)
    {
        if (!CatalogNumber.TryRead(head, out ulong length, out int used))
            throw CatalogFormat.Malformed(position, "the length of a directory is no valid number");
        long start = position + used;
        if (length == 0 || length > int.MaxValue || (long)length > sourceLength - CatalogFormat.RootPointerSize - start)
            throw CatalogFormat.Malformed(position, $"a directory cannot be {length} bytes long here");
        return (start, (int)length);
    }

    private static byte[] Grow(byte[] table, int length) => table.Length >= length ? table : Resized(table, (int)Math.Min((long)table.Length * 2, length));

    private static byte[] Resized(byte[] table, int length)
    {
        Array.Resize(ref table, length);
        return table;
    }

    private static void EnsureDirectory(CatalogEntry directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (directory.Kind != CatalogEntryKind.Directory)
            throw new ArgumentException("The entry is no directory.", nameof(directory));
    }

    private static void EnsureFull(int read, int length, long position)
    {
        if (read < length)
            throw CatalogFormat.Malformed(position + read, "it ends early");
    }

    private static CatalogEntry? Pick(IReadOnlyList<CatalogEntry> entries, ReadOnlyMemory<byte> name)
    {
        foreach (CatalogEntry entry in entries)
        {
            if (entry.Name.Span.SequenceEqual(name.Span))
                return entry;
        }

        return null;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> SplitPath(ReadOnlyMemory<byte> path)
    {
        while (!path.IsEmpty)
        {
            int slash = path.Span.IndexOf((byte)'/');
            ReadOnlyMemory<byte> part = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (!part.IsEmpty)
                yield return part;
        }
    }

    private static byte[] ToBytes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Encoding.UTF8.GetBytes(path);
    }

    /// <summary>The way through a subtree: the directories that are open, and what each still has to give.</summary>
    private sealed class WalkState(long budget)
    {
        // The path of the directory that was entered last is at the front of this; those above it are its beginnings.
        private readonly ArrayBufferWriter<byte> _path = new();
        private readonly Stack<(IReadOnlyList<CatalogEntry> Entries, int Next, int PathLength)> _open = new();
        private long _budget = budget;

        internal void Enter(IReadOnlyList<CatalogEntry> entries, ReadOnlySpan<byte> path)
        {
            // Honest catalogs hold each entry once, so there cannot be more entries than bytes for them.
            _budget -= 1 + (entries.Count * CatalogFormat.MinEntrySize);
            if (_budget < 0)
                throw CatalogFormat.Malformed(0, "its directories overlap");
            _path.ResetWrittenCount();
            _path.Write(path);
            _open.Push((entries, 0, path.Length));
        }

        internal bool TryNext(out CatalogItem item)
        {
            while (_open.TryPop(out var top))
            {
                if (top.Next >= top.Entries.Count)
                    continue;
                CatalogEntry entry = top.Entries[top.Next];
                _open.Push((top.Entries, top.Next + 1, top.PathLength));
                item = new(Join(_path.WrittenSpan[..top.PathLength], entry), entry);
                return true;
            }

            item = default;
            return false;
        }

        private static byte[] Join(ReadOnlySpan<byte> parent, CatalogEntry entry)
        {
            ReadOnlySpan<byte> name = entry.Name.Span;
            if (parent.IsEmpty)
                return name.ToArray();
            if (parent.Length + 1 + name.Length > CatalogFormat.MaxPathLength)
                throw CatalogFormat.Malformed(entry.BlockPosition, $"a path is longer than {CatalogFormat.MaxPathLength} bytes");
            return [.. parent, (byte)'/', .. name];
        }
    }
}
