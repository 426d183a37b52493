using System.Globalization;
using System.Text;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>
/// Reads blocks of response headers (HPACK, RFC 7541), of which only the status matters here. One connection has one decoder, since blocks build on each other.
/// </summary>
internal sealed class HeaderDecoder
{
    private const string Status = ":status";
    private const int EntryOverhead = 32;
    private const int LargestTable = 4096;

    // Names of the static table; of its values only those of the status are needed.
    private static readonly string[] s_names =
    [
        ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", Status, Status, Status, Status, Status, Status, Status, "accept-charset",
        "accept-encoding", "accept-language", "accept-ranges", "accept", "access-control-allow-origin", "age", "allow", "authorization", "cache-control",
        "content-disposition", "content-encoding", "content-language", "content-length", "content-location", "content-range", "content-type", "cookie", "date",
        "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified",
        "link", "location", "max-forwards", "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after", "server", "set-cookie",
        "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via", "www-authenticate",
    ];

    private static readonly int[] s_statuses = [200, 204, 206, 304, 400, 404, 500];

    // The newest entry first.
    private readonly List<(string Name, string Value)> _table = [];
    private int _tableSize;
    private int _tableLimit = LargestTable;

    /// <summary>Reads a block.</summary>
    /// <returns>The status; null if the block has none, as one behind the data.</returns>
    /// <exception cref="InvalidDataException">The bytes are no block of headers.</exception>
    public int? Read(ReadOnlySpan<byte> block)
    {
        int? status = null;
        while (!block.IsEmpty)
        {
            if (ReadField(ref block) is (Status, { } value))
            {
                status = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 100 and <= 999
                    ? number
                    : throw new InvalidDataException($"\"{value}\" is no status.");
            }
        }

        return status;
    }

    private (string Name, string Value) ReadField(ref ReadOnlySpan<byte> block)
    {
        byte first = block[0];
        if ((first & 0x80) != 0)
        {
            return Find(ReadNumber(ref block, 7));
        }

        if ((first & 0xE0) == 0x20)
        {
            int limit = ReadNumber(ref block, 5);
            _tableLimit = limit <= LargestTable ? limit : throw new InvalidDataException("The table of headers is larger than allowed.");
            Evict(0);
            return default;
        }

        bool isKept = (first & 0x40) != 0;
        int index = ReadNumber(ref block, isKept ? 6 : 4);
        string name = index == 0 ? ReadText(ref block) : Find(index).Name;
        string value = ReadText(ref block);
        if (isKept)
        {
            Keep(name, value);
        }

        return (name, value);
    }

    private (string Name, string Value) Find(int index)
    {
        if (index is > 0 && index <= s_names.Length)
        {
            bool isStatus = index is >= 8 and <= 14;
            return (s_names[index - 1], isStatus ? s_statuses[index - 8].ToString(CultureInfo.InvariantCulture) : "");
        }

        int kept = index - s_names.Length - 1;
        return kept >= 0 && kept < _table.Count ? _table[kept] : throw new InvalidDataException("A header refers to an entry that does not exist.");
    }

    private void Keep(string name, string value)
    {
        int size = name.Length + value.Length + EntryOverhead;
        Evict(size);
        if (size <= _tableLimit)
        {
            _table.Insert(0, (name, value));
            _tableSize += size;
        }
    }

    private void Evict(int room)
    {
        while (_table.Count > 0 && _tableSize + room > _tableLimit)
        {
            (string name, string value) = _table[^1];
            _tableSize -= name.Length + value.Length + EntryOverhead;
            _table.RemoveAt(_table.Count - 1);
        }
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        bool isCompressed = !block.IsEmpty && (block[0] & 0x80) != 0;
        int length = ReadNumber(ref block, 7);
        if (length > block.Length)
        {
            throw Truncated();
        }

        ReadOnlySpan<byte> text = block[..length];
        block = block[length..];
        return isCompressed ? HuffmanText.Decode(text) : Encoding.Latin1.GetString(text);
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int bits)
    {
        if (block.IsEmpty)
        {
            throw Truncated();
        }

        int mask = (1 << bits) - 1;
        int value = block[0] & mask;
        int used = 1;
        if (value == mask)
        {
            for (int shift = 0; ; shift += 7)
            {
                byte next = used < block.Length ? block[used++] : throw Truncated();
                value = shift <= 21 ? value + ((next & 0x7F) << shift) : throw new InvalidDataException("A number in a header is too large.");
                if ((next & 0x80) == 0)
                {
                    break;
                }
            }
        }

        block = block[used..];
        return value;
    }

    private static InvalidDataException Truncated() => new("A block of headers is cut off.");
}
