using ProxSharp.Pve.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Storages;

/// <summary>How a node downloads a file.</summary>
public sealed record UrlDownloadOptions
{
    internal static UrlDownloadOptions Default { get; } = new();

    /// <summary>The name on the storage, with the extension that its kind of content needs; null takes the last part of the address.</summary>
    public string? FileName { get; init; }

    /// <summary>The checksum that the node compares the downloaded bytes with; null compares none. It must be a known one.</summary>
    public UploadChecksum? Checksum { get; init; }

    /// <summary>Whether the certificate of an https server is checked. True by default.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>How the downloaded file is compressed, for example <c>gz</c> or <c>zst</c>, to be unpacked on the node; null leaves it as it is.</summary>
    public string? Decompress { get; init; }

    /// <summary>How the methods that wait do it; null for the defaults.</summary>
    public TaskWaitOptions? Wait { get; init; }

    internal string NameFor(Uri url) => FileName ?? Uri.UnescapeDataString(url.Segments[^1].TrimEnd('/')) switch
    {
        { Length: > 0 } name => name,
        _ => throw new ArgumentException($"The address {url} tells no file name: give one.", nameof(url)),
    };

    internal NodesStorageDownloadUrlRequest ToRequest(Uri url, UploadContent kind)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri)
        {
            throw new ArgumentException($"'{url}' is no absolute address.", nameof(url));
        }

        if (Checksum is { Value: null })
        {
            throw new ArgumentException("The node downloads the file, so its checksum cannot be computed here first: give a known one.", nameof(url));
        }

        return new NodesStorageDownloadUrlRequest
        {
            Url = url.OriginalString,
            Content = kind,
            Filename = NameFor(url),
            ChecksumAlgorithm = Checksum?.Algorithm,
            Checksum = Checksum?.Value,
            VerifyCertificates = VerifyCertificate ? null : false,
            Compression = Decompress,
        };
    }
}
