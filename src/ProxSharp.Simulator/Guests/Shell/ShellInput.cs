namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Input that several programs of a script may share.</summary>
internal sealed class ShellInput(byte[] data)
{
    private int _at;

    public byte[] ReadAll()
    {
        byte[] rest = data[_at..];
        _at = data.Length;
        return rest;
    }

    /// <summary>The next line without its end; null at the end.</summary>
    public byte[]? ReadLine()
    {
        if (_at >= data.Length)
        {
            return null;
        }

        int end = Array.IndexOf(data, (byte)'\n', _at);
        byte[] line = data[_at..(end < 0 ? data.Length : end)];
        _at = end < 0 ? data.Length : end + 1;
        return line;
    }
}
