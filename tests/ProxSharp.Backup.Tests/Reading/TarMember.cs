using System.Globalization;
using System.Text;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>A member of a tar stream, read as the POSIX standard says. The framework's reader refuses binary values of extended attributes.</summary>
internal sealed record TarMember(char Type, string Name, string Link, uint Mode, uint User, uint Group, string Time, long Major, long Minor, byte[] Content)
{
    public static List<TarMember> Read(byte[] tar)
    {
        List<TarMember> members = [];
        Dictionary<string, byte[]> records = [];
        for (int at = 0; ;)
        {
            ReadOnlySpan<byte> block = tar.AsSpan(at, 512);
            if (!block.ContainsAnyExcept((byte)0))
            {
                Assert.Equal(tar.Length - 1024, at);
                Assert.False(tar.AsSpan(at).ContainsAnyExcept((byte)0));
                return members;
            }

            CheckSum(block);
            char type = (char)block[156];
            string text = records.TryGetValue("size", out byte[]? size) ? Encoding.ASCII.GetString(size) : "";
            long length = text.Length > 0 ? long.Parse(text, CultureInfo.InvariantCulture) : Octal(block.Slice(124, 12));
            byte[] content = tar[(at + 512)..(int)(at + 512 + length)];
            at += 512 + (int)((length + 511) / 512 * 512);
            if (type == 'x')
            {
                records = Records(content);
                continue;
            }

            members.Add(Create(block, type, content, records));
            records = [];
        }
    }

    private static TarMember Create(ReadOnlySpan<byte> block, char type, byte[] content, Dictionary<string, byte[]> records)
    {
        string Field(string key, string other) => records.TryGetValue(key, out byte[]? value) ? Encoding.Latin1.GetString(value) : other;
        long Number(string key, long other) => long.Parse(Field(key, other.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        return new(
            type,
            Field("path", Text(block[..100])),
            Field("linkpath", Text(block.Slice(157, 100))),
            (uint)Octal(block.Slice(100, 8)),
            (uint)Number("uid", Octal(block.Slice(108, 8))),
            (uint)Number("gid", Octal(block.Slice(116, 8))),
            Field("mtime", Octal(block.Slice(136, 12)).ToString(CultureInfo.InvariantCulture)),
            Number("SCHILY.devmajor", Octal(block.Slice(329, 8))),
            Number("SCHILY.devminor", Octal(block.Slice(337, 8))),
            content);
    }

    private static Dictionary<string, byte[]> Records(ReadOnlySpan<byte> bytes)
    {
        Dictionary<string, byte[]> records = [];
        while (!bytes.IsEmpty)
        {
            int space = bytes.IndexOf((byte)' ');
            int length = int.Parse(Encoding.ASCII.GetString(bytes[..space]), CultureInfo.InvariantCulture);
            ReadOnlySpan<byte> record = bytes[(space + 1)..length];
            Assert.Equal((byte)'\n', record[^1]);
            int equals = record.IndexOf((byte)'=');
            records.Add(Encoding.Latin1.GetString(record[..equals]), record[(equals + 1)..^1].ToArray());
            bytes = bytes[length..];
        }

        return records;
    }

    private static void CheckSum(ReadOnlySpan<byte> block)
    {
        Assert.Equal("ustar\0" + "00", Encoding.ASCII.GetString(block.Slice(257, 8)));
        long sum = 8 * ' ';
        for (int i = 0; i < 512; i++)
            sum += i is >= 148 and < 156 ? 0 : block[i];
        Assert.Equal(sum, Octal(block.Slice(148, 8)));
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.Latin1.GetString(field).TrimEnd('\0');

    private static long Octal(ReadOnlySpan<byte> field)
    {
        string digits = Encoding.ASCII.GetString(field).TrimEnd('\0', ' ');
        return digits.Length == 0 ? 0 : Convert.ToInt64(digits, 8);
    }
}
