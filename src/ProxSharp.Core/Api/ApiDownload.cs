namespace ProxSharp.Api;

/// <summary>A raw byte stream from the server. Dispose it to free the connection.</summary>
public sealed class ApiDownload : IDisposable, IAsyncDisposable
{
    private readonly IDisposable _owner;

    /// <summary>Creates a download.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="length">Their number; null if the server does not say.</param>
    /// <param name="contentType">The media type; null if the server does not say.</param>
    /// <param name="owner">What holds the connection; disposed with the download.</param>
    public ApiDownload(Stream content, long? length, string? contentType, IDisposable owner)
        => (Content, Length, ContentType, _owner) = (content, length, contentType, owner);

    /// <summary>The bytes; can be read once.</summary>
    public Stream Content { get; }

    /// <summary>The number of bytes; null if the server does not say.</summary>
    public long? Length { get; }

    /// <summary>The media type; null if the server does not say.</summary>
    public string? ContentType { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Content.Dispose();
        _owner.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync().ConfigureAwait(false);
        _owner.Dispose();
    }
}
