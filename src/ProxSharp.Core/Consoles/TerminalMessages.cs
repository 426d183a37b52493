using System.Globalization;
using System.Text;

namespace ProxSharp.Consoles;

/// <summary>What a client says to the terminal proxy. What the proxy says is the bare output of the terminal.</summary>
internal static class TerminalMessages
{
    /// <summary>The longest input that goes into one message; the proxy's buffer must hold a whole one.</summary>
    public const int LongestInput = 1024;

    // "0:1024:"
    private const int LongestHead = 7;

    /// <summary>Tells the proxy that the client is still there.</summary>
    public static readonly byte[] KeepAlive = "2"u8.ToArray();

    /// <summary>Who the client is; the first message.</summary>
    public static byte[] Login(TerminalTicket ticket) => Encoding.UTF8.GetBytes($"{ticket.User}:{ticket.Ticket}\n");

    /// <summary>The size of the terminal.</summary>
    public static byte[] Resize(int columns, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, ushort.MaxValue);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1:{columns}:{rows}:"));
    }

    /// <summary>Keystrokes, as many messages as they need.</summary>
    public static byte[] Input(ReadOnlySpan<byte> keys)
    {
        int messages = (keys.Length + LongestInput - 1) / LongestInput;
        byte[] target = new byte[keys.Length + (messages * LongestHead)];
        int end = 0;
        for (; !keys.IsEmpty; keys = keys[Math.Min(LongestInput, keys.Length)..])
        {
            int count = Math.Min(LongestInput, keys.Length);
            end += Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"0:{count}:"), target.AsSpan(end));
            keys[..count].CopyTo(target.AsSpan(end));
            end += count;
        }

        return target[..end];
    }
}
