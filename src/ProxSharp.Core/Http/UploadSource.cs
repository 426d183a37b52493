using System.Buffers;
using System.Globalization;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>The bytes of a file on their way out: exactly as many as were announced, through one rented buffer, with progress reports.</summary>
internal sealed class UploadSource
{
    private const int BufferSize = 128 * 1024;

    private static readonly TimeSpan s_reportEvery = TimeSpan.FromMilliseconds(250);

    private readonly ApiUpload _upload;
    private readonly TimeProvider _time;

    /// <summary>Prepares a file.</summary>
    /// <exception cref="ArgumentException">Its length is not known.</exception>
    public UploadSource(ApiUpload upload, TimeProvider time)
    {
        (_upload, _time) = (upload, time);
        Length = upload.Length ?? (upload.Content.CanSeek
            ? upload.Content.Length - upload.Content.Position
            : throw new ArgumentException("The server needs the length of a file up front: set Length, since the stream does not tell.", nameof(upload)));
        ArgumentOutOfRangeException.ThrowIfNegative(Length, nameof(upload));
    }

    /// <summary>How many bytes there are.</summary>
    public long Length { get; }

    /// <summary>Copies the bytes.</summary>
    public void CopyTo(Stream target)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            Reporter reporter = new(this);
            for (long sent = 0; sent < Length;)
            {
                int count = Checked(Read(buffer, sent), sent);
                target.Write(buffer, 0, count);
                reporter.Report(sent += count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc cref="CopyTo"/>
    public async Task CopyToAsync(Stream target, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            Reporter reporter = new(this);
            for (long sent = 0; sent < Length;)
            {
                int count = Checked(await ReadAsync(buffer, sent, cancellationToken).ConfigureAwait(false), sent);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                reporter.Report(sent += count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int Read(byte[] buffer, long sent)
    {
        try
        {
            return _upload.Content.Read(buffer, 0, Wanted(buffer, sent));
        }
        catch (IOException exception)
        {
            throw CannotRead(exception);
        }
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, long sent, CancellationToken cancellationToken)
    {
        try
        {
            return await _upload.Content.ReadAsync(buffer.AsMemory(0, Wanted(buffer, sent)), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw CannotRead(exception);
        }
    }

    private int Wanted(byte[] buffer, long sent) => (int)Math.Min(buffer.Length, Length - sent);

    private int Checked(int count, long sent) => count > 0
        ? count
        : throw new UploadSourceException(string.Create(
            CultureInfo.InvariantCulture, $"The stream of '{_upload.FileName}' ended after {sent} of {Length} bytes."));

    // Not an I/O error of the connection, and not to be taken for one.
    private UploadSourceException CannotRead(IOException exception)
        => new($"The stream of '{_upload.FileName}' cannot be read: {exception.Message}", exception);

    private struct Reporter(UploadSource source)
    {
        private long _last = source._time.GetTimestamp();

        public void Report(long sent)
        {
            if (source._upload.Progress is { } progress && (sent == source.Length || source._time.GetElapsedTime(_last) >= s_reportEvery))
            {
                _last = source._time.GetTimestamp();
                progress.Report(sent);
            }
        }
    }
}
