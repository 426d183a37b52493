using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Authentication;

namespace ProxSharp.Backup.Environments;

/// <summary>
/// Finds secrets in the order of the official client: the variable itself, a descriptor, a file, a command, a credential of systemd (spec 1.2).
/// </summary>
internal sealed class SecretVariables(Func<string, string?> variables)
{
    private const int Limit = 64 * 1024;

    /// <summary>Finds a secret.</summary>
    /// <param name="name">The name of the variable without ending.</param>
    /// <param name="credential">The name of the credential.</param>
    /// <returns>Null if there is none.</returns>
    public SecretSource? Find(string name, string credential)
    {
        if (variables(name) is { } value)
        {
            string line = FirstLine(value);
            return line.Length > 0 ? SecretSource.FromValue(line) : throw new FormatException($"{name} is set, but empty.");
        }

        if (variables(name + "_FD") is { } descriptor)
        {
            return int.TryParse(descriptor, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? FromDescriptor(name, number)
                : throw new FormatException($"{name}_FD is \"{descriptor}\": expected the number of an open file.");
        }

        if (variables(name + "_FILE") is { Length: > 0 } file)
        {
            return SecretSource.FromFile(file);
        }

        if (variables(name + "_CMD") is { Length: > 0 } command)
        {
            List<string> words = CommandLineWords.Split(command);
            return SecretSource.FromExec(words[0], words.Skip(1));
        }

        return variables("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, credential))
            ? SecretSource.FromFile(Path.Combine(folder, credential))
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
        try
        {
            using SafeFileHandle handle = new(number, ownsHandle: false);
            using FileStream stream = new(handle, FileAccess.Read, bufferSize: 0);
            byte[] bytes = new byte[Limit];
            int count = stream.ReadAtLeast(bytes, Limit, throwOnEndOfStream: false);
            return FirstLine(Encoding.UTF8.GetString(bytes, 0, count));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string digits = number.ToString(CultureInfo.InvariantCulture);
            throw new InvalidOperationException($"{name}_FD names the open file {digits}, which cannot be read: {exception.Message}", exception);
        }
    }

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
