using System.Text;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>What a program reads and where it writes.</summary>
internal sealed record ShellStreams(ShellInput Input, MemoryStream Output, MemoryStream Errors)
{
    public void Write(string text) => Output.Write(Encoding.UTF8.GetBytes(text));

    public void WriteError(string text) => Errors.Write(Encoding.UTF8.GetBytes(text));
}
