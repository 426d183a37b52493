namespace ProxSharp.Authentication;

/// <summary>A secret in an environment variable.</summary>
internal sealed class EnvironmentSecret : SecretSource
{
    private readonly string _name;

    public EnvironmentSecret(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _name = name;
    }

    /// <inheritdoc/>
    public override string Read(CancellationToken cancellationToken = default)
    {
        string value = Environment.GetEnvironmentVariable(_name)
            ?? throw new InvalidOperationException($"The environment variable {_name} is not set; it should hold the secret.");
        return FirstLine(value, ToString());
    }

    /// <inheritdoc/>
    public override ValueTask<string> ReadAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(cancellationToken));

    /// <inheritdoc/>
    public override string ToString() => $"env:{_name}";
}
