using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>An upload that is ready to be sent: length and checksum are known.</summary>
internal sealed class UploadPlan
{
    private readonly HashingStream? _digest;

    private UploadPlan(Stream content, string name, UploadContent kind, UploadOptions options, long length, string? checksum, bool digests)
    {
        _digest = digests ? new HashingStream(content) : null;
        Length = length;
        Request = new NodesStorageUploadRequest { Content = kind, ChecksumAlgorithm = options.Checksum?.Algorithm, Checksum = checksum };
        Upload = new ApiUpload(_digest ?? content, name)
        {
            Length = length,
            Progress = options.Progress is { } progress ? new Forwarder(progress, length) : null,
        };
        CallOptions = new ApiCallOptions { Timeout = options.Timeout, Action = $"upload {name}" };
    }

    public long Length { get; }

    public NodesStorageUploadRequest Request { get; }

    public ApiUpload Upload { get; }

    public ApiCallOptions CallOptions { get; }

    public static async Task<UploadPlan> CreateAsync(
        Stream content, string name, UploadContent kind, UploadOptions? options, bool digests, CancellationToken cancellationToken)
    {
        options ??= UploadOptions.Default;
        long length = Measure(content, name, kind, options);
        string? checksum = options.Checksum?.Value;
        if (options.Checksum is { Value: null } wanted)
        {
            long start = content.Position;
            checksum = await Checksums.ComputeAsync(wanted.Algorithm, content, length, cancellationToken).ConfigureAwait(false);
            content.Position = start;
        }

        return new UploadPlan(content, name, kind, options, length, checksum, digests);
    }

    public static UploadPlan Create(Stream content, string name, UploadContent kind, UploadOptions? options, bool digests, CancellationToken cancellationToken)
    {
        options ??= UploadOptions.Default;
        long length = Measure(content, name, kind, options);
        string? checksum = options.Checksum?.Value;
        if (options.Checksum is { Value: null } wanted)
        {
            long start = content.Position;
            checksum = Checksums.Compute(wanted.Algorithm, content, length, cancellationToken);
            content.Position = start;
        }

        return new UploadPlan(content, name, kind, options, length, checksum, digests);
    }

    /// <summary>Makes the result of an upload that was sent to its end.</summary>
    public UploadedVolume Finish(VolumeId volume, PveTask task) => new(volume, Length, _digest!.Finish(), task);

    private static long Measure(Stream content, string name, UploadContent kind, UploadOptions options)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ContentFileName.Check(name, kind);
        if (options.Checksum is { Value: null } && !content.CanSeek)
        {
            throw new ArgumentException(
                "A checksum cannot be computed first from a stream that cannot seek: give a known one, or compare the SHA-256 of the result.", nameof(options));
        }

        long length = options.Length ?? (content.CanSeek
            ? content.Length - content.Position
            : throw new ArgumentException("The stream does not tell its length, which the server needs up front: set Length.", nameof(options)));
        ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(options));
        return length;
    }

    private sealed class Forwarder(IProgress<TransferProgress> target, long total) : IProgress<long>
    {
        public void Report(long value) => target.Report(new TransferProgress(value, total));
    }
}
