using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Web;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A writer session of a server without a network, with the checks of the real one.</summary>
internal sealed class FakeChannel(FakeStore store) : IBackupChannel
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly Dictionary<int, FakeWriter> _writers = [];
    private readonly Dictionary<Sha256Digest, int> _known = [];
    private int _lastWriter;

    public string Host => "fake:8007";

    /// <summary>Verb and path of each request, with the archive or file name where it has one.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The most chunk uploads that were under way at once.</summary>
    public int MostUploads { get; private set; }

    public long ChunkBytes { get; private set; }

    public bool IsDisposed { get; private set; }

    public bool IsFinished { get; private set; }

    /// <summary>Is asked before each request; may throw, wait, or answer in the server's place.</summary>
    public Func<string, CancellationToken, Task<ChannelAnswer?>>? Intercept { get; set; }

    private int _uploads;

    public async Task<ChannelAnswer> SendAsync(ChannelRequest request, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        Uri uri = new("http://x" + request.Target);
        System.Collections.Specialized.NameValueCollection query = HttpUtility.ParseQueryString(uri.Query);
        string line = $"{request.Method} {uri.AbsolutePath}{(query["archive-name"] ?? query["file-name"]) switch { { } name => $" {name}", null => "" }}";
        bool isUpload = uri.AbsolutePath.EndsWith("_chunk", StringComparison.Ordinal);
        lock (_gate)
        {
            Assert.False(IsDisposed);
            Requests.Add(line);
            _uploads += isUpload ? 1 : 0;
            MostUploads = Math.Max(MostUploads, _uploads);
        }

        try
        {
            await Task.Yield();
            if (Intercept is { } intercept && await intercept(line, cancellationToken) is { } answer)
            {
                return answer;
            }

            cancellationToken.ThrowIfCancellationRequested();
            lock (_gate)
            {
                byte[] body = Handle(uri.AbsolutePath, query, request);
                output?.Write(body);
                return new ChannelAnswer(200, "");
            }
        }
        catch (FakeRefusal refusal)
        {
            return new ChannelAnswer(400, refusal.Message);
        }
        finally
        {
            lock (_gate)
            {
                _uploads -= isUpload ? 1 : 0;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private static byte[] Data(long? value) => Encoding.UTF8.GetBytes(value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{{\"data\":{number}}}") : "{\"data\":null}");

    private static long Number(System.Collections.Specialized.NameValueCollection query, string name) => long.Parse(query[name]!, CultureInfo.InvariantCulture);

    private byte[] Handle(string path, System.Collections.Specialized.NameValueCollection query, ChannelRequest request)
    {
        switch (path)
        {
            case "/previous_backup_time":
                return Data(store.LastTime);
            case "/previous":
                return Previous(query["archive-name"]!);
            case "/dynamic_index" when request.Method == HttpMethod.Post:
                return Create(new FakeWriter(query["archive-name"]!, null, null));
            case "/fixed_index" when request.Method == HttpMethod.Post:
                return CreateFixed(query);
            case "/dynamic_index" or "/fixed_index":
                Append(JsonDocument.Parse(request.Body).RootElement);
                return Data(null);
            case "/dynamic_chunk" or "/fixed_chunk":
                Upload(query, request.Body.Span);
                return Data(null);
            case "/dynamic_close" or "/fixed_close":
                Close(query);
                return Data(null);
            case "/blob":
                return Blob(query["file-name"]!, request.Body.Span, Number(query, "encoded-size"));
            case "/finish":
                return Finish();
            default:
                throw new FakeRefusal($"unknown path {path}");
        }
    }

    private byte[] Previous(string name)
    {
        byte[] file = store.Snapshots.Count > 0 ? store.Snapshots[^1][name] : throw new FakeRefusal("no valid previous backup");
        if (name != ArchiveName.Manifest)
        {
            IChunkIndex index = name.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(file) : DynamicIndex.Parse(file);
            for (int i = 0; i < index.Count; i++)
            {
                _known[index[i].Digest] = (int)index[i].Length;
            }
        }

        return file;
    }

    private byte[] CreateFixed(System.Collections.Specialized.NameValueCollection query)
    {
        string name = query["archive-name"]!;
        FixedIndex? reused = null;
        if (query["reuse-csum"] is { } checksum)
        {
            reused = FixedIndex.Parse(store.Snapshots[^1][name]);
            Refuse(reused.Checksum != Sha256Digest.Parse(checksum), "expected csum doesn't match last backup's, cannot do incremental backup");
        }

        return Create(new FakeWriter(name, Number(query, "size"), reused));
    }

    private byte[] Create(FakeWriter writer)
    {
        _writers.Add(++_lastWriter, writer);
        return Data(_lastWriter);
    }

    private void Upload(System.Collections.Specialized.NameValueCollection query, ReadOnlySpan<byte> blob)
    {
        FakeWriter writer = _writers[(int)Number(query, "wid")];
        Sha256Digest digest = Sha256Digest.Parse(query["digest"]!);
        int size = (int)Number(query, "size");
        Refuse(blob.Length != Number(query, "encoded-size"), "uploaded chunk has unexpected size.");
        if (writer.Size is not null && size < FixedIndex.DefaultChunkSize)
        {
            Refuse(writer.HasShortChunk, "detected multiple end chunks (chunk size too small)");
            writer.HasShortChunk = true;
        }

        DataBlobKind kind = DataBlob.Verify(blob);
        if (!DataBlob.IsEncrypted(kind))
        {
            byte[] data = new byte[size];
            using DataBlobDecoder decoder = new();
            decoder.DecodeExactly(blob, data);
            Refuse(Formats.Chunking.ChunkDigest.Compute(data) != digest, "detected chunk with wrong digest.");
        }

        ChunkBytes += blob.Length;
        store.Chunks[digest] = blob.ToArray();
        _known[digest] = size;
    }

    private void Append(JsonElement body)
    {
        FakeWriter writer = _writers[body.GetProperty("wid").GetInt32()];
        JsonElement.ArrayEnumerator offsets = body.GetProperty("offset-list").EnumerateArray();
        foreach (JsonElement text in body.GetProperty("digest-list").EnumerateArray())
        {
            offsets.MoveNext();
            Sha256Digest digest = Sha256Digest.Parse(text.GetString()!);
            Refuse(!_known.TryGetValue(digest, out int size), $"no such chunk {digest}");
            writer.Append(digest, offsets.Current.GetInt64(), size);
        }

        Refuse(offsets.MoveNext(), "offset list has wrong length");
    }

    private void Close(System.Collections.Specialized.NameValueCollection query)
    {
        int id = (int)Number(query, "wid");
        _writers.Remove(id, out FakeWriter? writer);
        _files.Add(writer!.Name, writer.Close(Number(query, "chunk-count"), Number(query, "size"), Sha256Digest.Parse(query["csum"]!)));
    }

    private byte[] Blob(string name, ReadOnlySpan<byte> blob, long size)
    {
        Refuse(blob.Length != size, "wrong blob size");
        DataBlob.Verify(blob);
        _files.Add(name, blob.ToArray());
        return Data(null);
    }

    private byte[] Finish()
    {
        Refuse(_writers.Count > 0, "found open index writer - unable to finish backup");
        Refuse(!_files.ContainsKey(ArchiveName.Manifest), "unable to update manifest blob");
        store.Snapshots.Add(_files);
        BackupManifest manifest = store.Manifest();
        store.LastTime = manifest.Snapshot.Time.ToUnixTimeSeconds();
        IsFinished = true;
        return Data(null);
    }

    private static void Refuse(bool when, string why)
    {
        if (when)
        {
            throw new FakeRefusal(why);
        }
    }
}
