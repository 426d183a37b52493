namespace ProxSharp.Api;

/// <summary>A file to send.</summary>
/// <param name="Content">The bytes; read once, from the current position. Not disposed.</param>
/// <param name="FileName">The name the server stores it under.</param>
public sealed record ApiUpload(Stream Content, string FileName)
{
    /// <summary>The number of bytes to send; null takes it from the stream, which must then be seekable. The server needs it up front.</summary>
    public long? Length { get; init; }

    /// <summary>Is told the number of bytes sent so far, at most a few times a second.</summary>
    public IProgress<long>? Progress { get; init; }
}
