namespace ProxSharp.Cli.Contexts;

/// <summary>The places a secret can be at.</summary>
internal enum SecretPlace
{
    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>The first line of a file.</summary>
    File,

    /// <summary>The first line that a command prints.</summary>
    Command,

    /// <summary>An entry of the user's keyring.</summary>
    Keyring,
}
