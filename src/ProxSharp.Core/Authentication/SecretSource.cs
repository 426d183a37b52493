namespace ProxSharp.Authentication;

/// <summary>Where a password or a token secret comes from. It is asked when the value is needed, so that the value need not be kept in memory.</summary>
public abstract class SecretSource
{
    private protected SecretSource()
    {
    }

    /// <summary>A value that is known already.</summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public static SecretSource FromValue(string value) => new ValueSecret(value);

    /// <summary>Asks a function, for synchronous and asynchronous calls.</summary>
    /// <param name="callback">Returns the secret.</param>
    public static SecretSource FromCallback(Func<string> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new CallbackSecret(callback, _ => ValueTask.FromResult(callback()));
    }

    /// <summary>Asks an asynchronous function.</summary>
    /// <param name="callback">Returns the secret.</param>
    /// <param name="synchronous">Returns it to synchronous calls; without it they end with an <see cref="InvalidOperationException"/>.</param>
    public static SecretSource FromCallback(Func<CancellationToken, ValueTask<string>> callback, Func<string>? synchronous = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new CallbackSecret(synchronous, callback);
    }

    /// <summary>Takes the first line of what a program prints. No shell is involved, so nothing in the arguments is expanded.</summary>
    /// <param name="command">The program: a path, or a name that is looked up in PATH.</param>
    /// <param name="arguments">Its arguments, one each.</param>
    /// <remarks>The program has 60 seconds, then it is ended. What it writes to its error output appears on ours.</remarks>
    public static SecretSource FromExec(string command, params IEnumerable<string> arguments) => new CommandSecret(command, arguments);

    /// <summary>
    /// Takes the first line of a file. On Unix the file must not be accessible to group and others (mode 0600 or 0400). Below
    /// <c>/run/secrets</c> and <c>/var/run/secrets</c>, where containers get their secrets with mode 0444 or 0644, it must only not be writable by them.
    /// </summary>
    public static SecretSource FromFile(string path) => new FileSecret(path);

    /// <summary>Takes the first line of an environment variable.</summary>
    public static SecretSource FromEnvironment(string name) => new EnvironmentSecret(name);

    /// <summary>
    /// Reads a reference as it stands in configuration files: <c>env:NAME</c>, <c>file:/path</c> or <c>exec:command arguments</c>. Arguments
    /// are separated by spaces; quotes hold an argument together.
    /// </summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static SecretSource Parse(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        int colon = reference.IndexOf(':', StringComparison.Ordinal);
        string value = colon < 0 ? "" : reference[(colon + 1)..].Trim();
        string kind = colon < 0 || value.Length == 0 ? "" : reference[..colon];
        switch (kind)
        {
            case "env":
                return FromEnvironment(value);
            case "file":
                return FromFile(value);
            case "exec":
                List<string> words = CommandLineWords.Split(value);
                return FromExec(words[0], words.Skip(1));
            default:
                // The text itself is not shown: it may be the secret that somebody wrote in the place of a reference.
                throw new FormatException("A secret is given by reference: env:NAME, file:/path or exec:command arguments.");
        }
    }

    /// <summary>Gets the secret.</summary>
    /// <exception cref="InvalidOperationException">The source has none, cannot be read, or must not be used; the text says why.</exception>
    public abstract string Read(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="Read"/>
    public abstract ValueTask<string> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Names the source, never the secret.</summary>
    public abstract override string ToString();

    /// <summary>The first line of a text; an empty one is an error.</summary>
    private protected static string FirstLine(string? text, string source)
    {
        ReadOnlySpan<char> line = text;
        int end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.IsEmpty ? throw new InvalidOperationException($"There is no secret in {source}: its first line is empty.") : line.ToString();
    }
}
