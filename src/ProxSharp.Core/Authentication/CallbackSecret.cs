namespace ProxSharp.Authentication;

/// <summary>A secret that the program's own code supplies.</summary>
internal sealed class CallbackSecret(Func<string>? synchronous, Func<CancellationToken, ValueTask<string>> asynchronous) : SecretSource
{
    /// <inheritdoc/>
    public override string Read(CancellationToken cancellationToken = default)
    {
        if (synchronous is null)
        {
            throw new InvalidOperationException(
                "The secret comes from an asynchronous callback, which a synchronous call cannot await: "
                + "use the asynchronous methods, or give SecretSource.FromCallback a synchronous callback too.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Checked(synchronous());
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
        => Checked(await asynchronous(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override string ToString() => "a callback";

    private static string Checked(string? secret)
        => string.IsNullOrEmpty(secret) ? throw new InvalidOperationException("The callback for the secret returned nothing.") : secret;
}
