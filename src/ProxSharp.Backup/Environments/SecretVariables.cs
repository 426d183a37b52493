using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Authentication;

namespace ProxSharp.Backup.Environments;

/// <summary>
/// Finds secrets in the order of the official client: the variable itself, a descriptor, a file, a command, a credential of systemd (spec 1.2). What is set and
/// empty counts as not set. Files may be readable for others, as with the official client.
/// </summary>
/// <param name="variables">Tells the value of a variable; null if it is not set.</param>
/// <param name="warned">Told of a file that others may read when it is read.</param>
internal sealed class SecretVariables(Func<string, string?> variables, Action<string> warned)
{
    private const int Limit = 64 * 1024;

    /// <summary>Finds a secret.</summary>
    /// <param name="name">The name of the variable without ending.</param>
    /// <param name="credential">The name of the credential.</param>
    /// <returns>Null if there is none.</returns>
    public SecretSource? Find(string name, string credential)
    {
        string? value = variables(name);
        if (value is { Length: > 0 })
        {
            return FirstLine(value) is { Length: > 0 } line ? SecretSource.FromValue(line) : throw new FormatException($"The first line of {name} is empty.");
        }

        // Whoever sets nothing else has most probably lost the value.
        return FindElsewhere(name, credential) ?? (value is null ? null : throw new FormatException($"{name} is set, but empty."));
    }

    private SecretSource? FindElsewhere(string name, string credential)
    {
        if (variables(name + "_FD") is { Length: > 0 } descriptor)
        {
            return int.TryParse(descriptor, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? FromDescriptor(name, number)
                : throw new FormatException($"{name}_FD is \"{descriptor}\": expected the number of an open file.");
        }

        if (variables(name + "_FILE") is { Length: > 0 } file)
        {
            return new FileSecret(file, warned);
        }

        if (variables(name + "_CMD") is { Length: > 0 } command)
        {
            List<string> words = CommandLineWords.Split(command);
            return SecretSource.FromExec(words[0], words.Skip(1));
        }

        return variables("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, credential))
            // The folder is that of one service; systemd itself may let a group read what is in it.
            ? new FileSecret(Path.Combine(folder, credential), static _ => { })
            : null;
    }

    // A descriptor can be read once only, and a secret may be asked for again.
    private static SecretSource FromDescriptor(string name, int number)
    {
        Lazy<string> line = new(() => ReadDescriptor(name, number));
        return SecretSource.FromCallback(() => line.Value);
    }

    private static string ReadDescriptor(string name, int number)
    {
        string file = $"{name}_FD names the open file {number.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            using SafeFileHandle handle = new(number, ownsHandle: false);
            using FileStream stream = new(handle, FileAccess.Read, bufferSize: 0);
            byte[] bytes = new byte[Limit];
            int count = stream.ReadAtLeast(bytes, Limit, throwOnEndOfStream: false);
            string line = FirstLine(Encoding.UTF8.GetString(bytes, 0, count));
            return line.Length > 0 ? line : throw new InvalidOperationException($"{file}, {(count == 0 ? "which is" : "the first line of which is")} empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // What the runtime says of it names no file at all.
            string digits = number.ToString(CultureInfo.InvariantCulture);
            throw new InvalidOperationException($"{file}, which is not open for reading: open it for the program, as with {digits}<FILE behind the command.", exception);
        }
    }

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
