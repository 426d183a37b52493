using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;

namespace ProxSharp.Bench;

/// <summary>The CPU seconds that the parts of a backup take when nothing is around them.</summary>
internal sealed record BareCosts(double Digest, double Compression, double Chunker, double Transport)
{
    private const int ChunkSize = 4 << 20;
    private const int WriteSize = 32 << 10;

    public static async Task<BareCosts> MeasureAsync(BenchServer server, string path)
    {
        byte[] hash = new byte[32];
        byte[] packed = new byte[ChunkSize];
        long sent = 0;
        BuzhashChunker chunker = new();
        using ZstdCodec codec = ZstdCodec.Create();
        double digest = EachChunk(path, chunk => SHA256.HashData(chunk, hash));
        double compression = EachChunk(path, chunk => sent += codec.TryCompress(chunk, packed, out int length) ? length : chunk.Length);
        double cuts = EachChunk(path, chunk =>
        {
            ReadOnlySpan<byte> rest = chunk;
            while (!rest.IsEmpty && chunker.Scan(rest) is int cut and > 0)
            {
                rest = rest[cut..];
            }
        });
        return new BareCosts(digest, compression, cuts, await SendAsync(server.SinkPort, sent));
    }

    private static double EachChunk(string path, Action<byte[]> work)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        byte[] chunk = new byte[ChunkSize];
        double total = 0;
        while (file.ReadAtLeast(chunk, ChunkSize, throwOnEndOfStream: false) == ChunkSize)
        {
            double before = Environment.CpuUsage.TotalTime.TotalSeconds;
            work(chunk);
            total += Environment.CpuUsage.TotalTime.TotalSeconds - before;
        }

        return total;
    }

    private static async Task<double> SendAsync(int port, long bytes)
    {
        using TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        await using SslStream stream = new(client.GetStream(), false, static (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync("sink");
        byte[] data = RandomNumberGenerator.GetBytes(WriteSize);
        double before = Environment.CpuUsage.TotalTime.TotalSeconds;
        for (long sent = 0; sent < bytes; sent += data.Length)
        {
            await stream.WriteAsync(data);
        }

        return Environment.CpuUsage.TotalTime.TotalSeconds - before;
    }
}
