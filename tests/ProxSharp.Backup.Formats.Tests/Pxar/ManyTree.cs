using System.Globalization;
using System.Text;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>The contents of the "many" tree, which the golden vectors keep as hashes only: text of numbered lines.</summary>
internal static class ManyTree
{
    internal static byte[] Content(string path) => path switch
    {
        "empty" => [],
        "small.txt" => "hello world"u8.ToArray(),
        "sub/a.bin" => [.. Enumerable.Range(0, 4096).Select(value => (byte)value)],
        "f22a.txt" => "tiny file in the middle"u8.ToArray(),
        "new.txt" => "new file\n"u8.ToArray(),
        _ => Text(path[..3]),
    };

    private static byte[] Text(string tag)
    {
        int length = (256 * 1024) + (7 * int.Parse(tag[1..], CultureInfo.InvariantCulture));
        StringBuilder text = new(length + 64);
        for (int line = 0; text.Length < length; line++)
            text.Append(CultureInfo.InvariantCulture, $"{tag} line {line:D8} of a test file\n");
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }
}
