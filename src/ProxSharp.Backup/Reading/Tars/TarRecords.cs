using System.Buffers;
using System.Globalization;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Tars;

/// <summary>Collects the records of a POSIX extended header: what the fixed fields of a tar header cannot hold.</summary>
internal sealed class TarRecords
{
    private readonly ArrayBufferWriter<byte> _output = new();

    public ReadOnlySpan<byte> Span => _output.WrittenSpan;

    public bool IsEmpty => _output.WrittenCount == 0;

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public void Add(string key, string value) => Add(Text(key), Text(value));

    /// <summary>Adds <c>length key=value\n</c>, whose length counts its own digits.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + Digits(rest);
        if (Digits(length) > Digits(rest))
            length = rest + Digits(length);
        Span<byte> number = stackalloc byte[11];
        length.TryFormat(number, out int written, default, CultureInfo.InvariantCulture);
        _output.Write(number[..written]);
        _output.Write(" "u8);
        _output.Write(key);
        _output.Write("="u8);
        _output.Write(value);
        _output.Write("\n"u8);
    }

    /// <summary>A time in decimal seconds. Seconds are rounded down, so a fraction before 1970 counts up from them.</summary>
    public static string Time(PxarTimestamp time)
    {
        if (time.Nanoseconds == 0)
            return time.Seconds.ToString(CultureInfo.InvariantCulture);
        string text = time.Seconds >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:D9}")
            : string.Create(CultureInfo.InvariantCulture, $"-{-(time.Seconds + 1)}.{1_000_000_000 - time.Nanoseconds:D9}");
        return text.TrimEnd('0');
    }

    private static int Digits(int number)
    {
        int digits = 1;
        for (; number >= 10; number /= 10)
            digits++;
        return digits;
    }
}
