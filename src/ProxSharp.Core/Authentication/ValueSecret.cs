namespace ProxSharp.Authentication;

/// <summary>A secret that is known already.</summary>
internal sealed class ValueSecret : SecretSource
{
    private readonly string _value;

    public ValueSecret(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _value = value;
    }

    /// <inheritdoc/>
    public override string Read(CancellationToken cancellationToken = default) => _value;

    /// <inheritdoc/>
    public override ValueTask<string> ReadAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(_value);

    /// <inheritdoc/>
    public override string ToString() => "***";
}
