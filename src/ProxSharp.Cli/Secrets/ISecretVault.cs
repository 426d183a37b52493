namespace ProxSharp.Cli.Secrets;

/// <summary>A store of secrets that is asked directly, without a program.</summary>
internal interface ISecretVault
{
    /// <summary>Returns a secret; null if there is none of that name.</summary>
    /// <exception cref="InvalidOperationException">The store refuses.</exception>
    string? Read(string name);

    /// <summary>Stores a secret; one of that name is replaced.</summary>
    /// <exception cref="InvalidOperationException">The store refuses.</exception>
    void Store(string name, string secret);

    /// <summary>Removes a secret; one that is not there is removed already.</summary>
    /// <exception cref="InvalidOperationException">The store refuses.</exception>
    void Delete(string name);
}
