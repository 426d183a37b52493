using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProxSharp.Simulator;

namespace ProxSharp.Bench;

/// <summary>A simulated backup server, and a TLS port that drops what it gets, in a process of their own.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly Process _process;

    private BenchServer(Process process, string address, string fingerprint, int sinkPort)
        => (_process, Address, Fingerprint, SinkPort) = (process, address, fingerprint, sinkPort);

    public string Address { get; }

    public string Fingerprint { get; }

    public int SinkPort { get; }

    /// <summary>Starts this program again as the server.</summary>
    public static async Task<BenchServer> StartAsync()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(BenchServer).Assembly.Location);
        }

        start.ArgumentList.Add("serve");
        Process process = Process.Start(start)!;
        string[] words = (await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start.")).Split(' ');
        return new BenchServer(process, words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Is the server, until its input ends.</summary>
    public static async Task ServeAsync()
    {
        await using PbsSimulator simulator = await PbsSimulator.StartAsync();
        using TcpListener sink = new(IPAddress.Loopback, 0);
        sink.Start();
        _ = SinkAsync(sink);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{simulator.Endpoint} {simulator.Fingerprint} {((IPEndPoint)sink.LocalEndpoint).Port}"));
        await Console.In.ReadLineAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task SinkAsync(TcpListener listener)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=sink", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        while (true)
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await using SslStream stream = new(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificate);
            byte[] buffer = new byte[256 << 10];
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
    }
}
