using System.Globalization;
using System.Text;

namespace ProxSharp.Simulator.Consoles;

/// <summary>A toy shell: echoes what is typed, edits the line, and knows a handful of commands.</summary>
internal sealed class TerminalShell(SimulatedConsole console, string hostName, string user)
{
    private readonly List<byte> _line = [];
    private bool _afterReturn;

    /// <summary>True after <c>exit</c>.</summary>
    public bool IsOver { get; private set; }

    private string Prompt => $"{user}@{hostName}:~{(user == "root" ? '#' : '$')} ";

    public byte[] Greet() => Encoding.UTF8.GetBytes($"Linux {hostName} 6.14.11-2-pve #1 SMP PREEMPT_DYNAMIC x86_64\r\n{Prompt}");

    /// <summary>Takes keystrokes; returns what the screen gets.</summary>
    public byte[] Type(ReadOnlySpan<byte> keys)
    {
        console.Typed += Encoding.UTF8.GetString(keys);
        List<byte> screen = [];
        foreach (byte key in keys)
        {
            if (IsOver)
            {
                break;
            }

            Press(key, screen);
        }

        return [.. screen];
    }

    private void Press(byte key, List<byte> screen)
    {
        bool isSecondOfPair = key == '\n' && _afterReturn;
        _afterReturn = key == '\r';
        switch (key)
        {
            case (byte)'\n' when isSecondOfPair:
                break;
            case (byte)'\r' or (byte)'\n':
                Write(screen, "\r\n" + Execute(Encoding.UTF8.GetString([.. _line])));
                _line.Clear();
                break;
            case 0x03:
                _line.Clear();
                Write(screen, $"^C\r\n{Prompt}");
                break;
            case 0x04 when _line.Count == 0:
                IsOver = true;
                Write(screen, "logout\r\n");
                break;
            case 0x7F or 0x08:
                Erase(screen);
                break;
            case >= 0x20:
                _line.Add(key);
                screen.Add(key);
                break;
            default:
                // Other control keys do nothing.
                break;
        }
    }

    private void Erase(List<byte> screen)
    {
        if (_line.Count == 0)
        {
            return;
        }

        // The bytes of one character go together.
        while (_line.Count > 1 && (_line[^1] & 0xC0) == 0x80)
        {
            _line.RemoveAt(_line.Count - 1);
        }

        _line.RemoveAt(_line.Count - 1);
        Write(screen, "\b \b");
    }

    private string Execute(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? output = words switch
        {
            [] => "",
            ["exit" or "logout", ..] => null,
            ["echo", .. string[] rest] => string.Join(' ', rest) + "\r\n",
            ["hostname"] => hostName + "\r\n",
            ["whoami"] => user + "\r\n",
            ["pwd"] => user == "root" ? "/root\r\n" : $"/home/{user}\r\n",
            ["stty", "size"] => string.Create(CultureInfo.InvariantCulture, $"{console.Rows} {console.Columns}\r\n"),
            ["clear"] => "\u001b[H\u001b[2J",
            ["true"] => "",
            _ => $"-bash: {words[0]}: command not found\r\n",
        };
        IsOver = output is null;
        return output is null ? "logout\r\n" : output + Prompt;
    }

    private static void Write(List<byte> screen, string text) => screen.AddRange(Encoding.UTF8.GetBytes(text));
}
