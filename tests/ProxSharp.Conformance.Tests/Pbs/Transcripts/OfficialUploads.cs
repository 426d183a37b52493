using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Backup.Formats.Blobs;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>What the original client uploaded in a session, as far as a transcript, which keeps only the beginnings of bodies, can be completed from the golden files.</summary>
/// <param name="session">The target of the request that began the session.</param>
internal sealed partial class OfficialUploads(string session)
{
    private const string Manifest = "index.json.blob";

    private static readonly string s_golden = Path.Combine(AppContext.BaseDirectory, "Recordings", "pbs", "datastore");

    private readonly Dictionary<string, string> _liveWriters = [];
    private readonly Dictionary<string, string> _archives = [];
    private readonly JsonArray _files = [];

    /// <summary>The files that a reader must be given afterwards: names, and the whole of a blob or the checksum of an index.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>The chunks that its indexes name.</summary>
    public HashSet<string> Chunks { get; } = [];

    /// <summary>Returns what is to be sent for a recorded request.</summary>
    public (string Target, byte[] Body) Prepare(TranscriptMessage request)
    {
        string target = WriterPattern().Replace(request.Target, found => "wid=" + LiveWriter(found.Groups[1].Value));
        if (request.Target.StartsWith("/blob?", StringComparison.Ordinal))
        {
            byte[] blob = Blob(request);
            return (SizePattern().Replace(target, "encoded-size=" + blob.Length.ToString(CultureInfo.InvariantCulture)), blob);
        }

        if (ClosePattern().Match(request.Target) is { Success: true } close)
        {
            string archive = _archives[close.Groups[3].Value];
            AddFile(archive, long.Parse(close.Groups[2].Value, CultureInfo.InvariantCulture), close.Groups[1].Value);
            Files[archive] = Convert.FromHexString(close.Groups[1].Value);
        }

        byte[] body = request switch
        {
            { Target: "/speedtest" } => Numbers(request.Body.Length),
            _ when DigestPattern().Match(request.Target) is { Success: true } digest && request.Method == "POST" => Chunk(request, digest.Groups[1].Value),
            _ => request.Body.Start,
        };
        if (request.Method == "PUT")
        {
            Chunks.UnionWith(JsonNode.Parse(request.Body.Text)!["digest-list"]!.AsArray().Select(static digest => digest!.GetValue<string>()));
        }

        return (target, request.Method == "PUT" ? Encoding.UTF8.GetBytes(AppendPattern().Replace(request.Body.Text, found => "\"wid\":" + LiveWriter(found.Groups[1].Value))) : body);
    }

    /// <summary>Learns which number the simulator gave to an index: the original client asks for several at once.</summary>
    public void Learn(TranscriptMessage request, TranscriptMessage recorded, TranscriptAnswer live)
    {
        if (NamePattern().Match(request.Target) is { Success: true } name && request.Method == "POST")
        {
            string writer = JsonNode.Parse(recorded.Body.Text)!["data"]!.ToJsonString();
            _archives[writer] = name.Groups[1].Value;
            _liveWriters[writer] = JsonNode.Parse(live.Text)!["data"]!.ToJsonString();
        }
    }

    private string Parameter(string name) => session.Split('?', '&').First(part => part.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private string LiveWriter(string recorded) => _liveWriters[recorded];

    private void AddFile(string name, long size, string checksum) =>
        _files.Add(new JsonObject { ["crypt-mode"] = "none", ["csum"] = checksum, ["filename"] = name, ["size"] = size });

    private byte[] Blob(TranscriptMessage request)
    {
        string name = BlobPattern().Match(request.Target).Groups[1].Value;
        if (name != Manifest)
        {
            byte[] blob = File.ReadAllBytes(Path.Combine(s_golden, "host", "golden", "2023-11-14T221320Z", name));
            Assert.True(request.Body.Begins(blob) && blob.Length == request.Body.Length);
            Files[name] = blob;
            AddFile(name, blob.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(blob)));
            return blob;
        }

        // Of the manifest only the beginning was kept, which is compressed: a new one says the same.
        JsonObject manifest = new() { ["backup-id"] = Parameter("backup-id"), ["backup-time"] = long.Parse(Parameter("backup-time"), CultureInfo.InvariantCulture), ["backup-type"] = Parameter("backup-type"), ["files"] = _files.DeepClone(), ["signature"] = null, ["unprotected"] = new JsonObject() };
        using DataBlobEncoder encoder = new(compress: true);
        ArrayBufferWriter<byte> encoded = new();
        encoder.Encode(Encoding.UTF8.GetBytes(manifest.ToJsonString()), encoded);
        return encoded.WrittenSpan.ToArray();
    }

    /// <summary>The bytes of a chunk as the original client made them.</summary>
    public static byte[] GoldenChunk(string digest) => File.ReadAllBytes(Path.Combine(s_golden, ".chunks", digest[..4], digest));

    private static byte[] Chunk(TranscriptMessage request, string digest)
    {
        byte[] chunk = GoldenChunk(digest);

        // An encrypted chunk begins differently each time; its magic and its length are the same.
        bool isEncrypted = request.Body.Start[0] is 0x7b or 0xe6;
        Assert.True(chunk.Length == request.Body.Length && (isEncrypted ? chunk.AsSpan().StartsWith(request.Body.Start.AsSpan(0, 8)) : request.Body.Begins(chunk)), digest);
        return chunk;
    }

    // Proxmox: the client measures the line with consecutive numbers.
    private static byte[] Numbers(int length)
    {
        byte[] numbers = new byte[length];
        for (int at = 0; at < length; at += sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(at), (uint)at / sizeof(uint));
        }

        return numbers;
    }

    [GeneratedRegex("wid=([0-9]+)")]
    private static partial Regex WriterPattern();

    [GeneratedRegex("\"wid\":([0-9]+)")]
    private static partial Regex AppendPattern();

    [GeneratedRegex("_index\\?archive-name=([^&]+)")]
    private static partial Regex NamePattern();

    [GeneratedRegex("_chunk\\?digest=([0-9a-f]{64})")]
    private static partial Regex DigestPattern();

    [GeneratedRegex("encoded-size=[0-9]+")]
    private static partial Regex SizePattern();

    [GeneratedRegex("file-name=([^&]+)")]
    private static partial Regex BlobPattern();

    [GeneratedRegex("_close\\?chunk-count=[0-9]+&csum=([0-9a-f]{64})&size=([0-9]+)&wid=([0-9]+)")]
    private static partial Regex ClosePattern();
}
