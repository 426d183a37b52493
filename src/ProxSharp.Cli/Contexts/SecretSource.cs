namespace ProxSharp.Cli.Contexts;

/// <summary>The places a secret can come from.</summary>
internal enum SecretSource
{
    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>The first line of a file.</summary>
    File,

    /// <summary>The first line that a command prints.</summary>
    Command,
}
