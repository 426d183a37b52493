using System.Globalization;
using System.Text;

namespace ProxSharp.Conformance.Tests;

/// <summary>Writes a recorded request again, with live tickets and ids in place of the recorded ones.</summary>
internal static class RequestWriter
{
    private const string Boundary = "----x123";

    public static byte[] Bytes(Sample sample, Func<string, string> replace)
    {
        byte[] body = Upload(sample) ?? Encoding.UTF8.GetBytes(replace(sample.Body));
        StringBuilder head = new($"{sample.Method} {replace(sample.Target)} HTTP/1.1\r\n");
        foreach ((string name, string value) in sample.RequestHeaders)
        {
            string live = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? body.Length.ToString(CultureInfo.InvariantCulture) : replace(value);
            head.Append(CultureInfo.InvariantCulture, $"{name}: {live}\r\n");
        }

        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    /// <summary>The recorder kept only the beginning of long requests; what followed was more of the same letter.</summary>
    public static string Whole(Sample sample)
    {
        const int Kept = 3000;
        const string Rest = " HTTP/1.1\r\nHost: 127.0.0.1:8006\r\nAuthorization: PVEAPIToken=root@pam!ci=865fbb4c-8df3-4ed8-a59a-d47c5837b4f3\r\n\r\n";
        string raw = sample.RawRequest;
        if (raw.Length < Kept)
        {
            return raw;
        }

        return sample.Number switch
        {
            "413" => raw.PadRight(raw.IndexOf("X-Big", StringComparison.Ordinal) + 9000, 'a') + "\r\n\r\n",
            "414" => raw.PadRight(raw.IndexOf("X-Big", StringComparison.Ordinal) + 7000, 'a') + "\r\n\r\n",
            "415" => raw.PadRight(60_000, '1') + Rest,
            "417" => raw.PadRight(raw.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + (512 * 1024), 'a'),
            _ => raw,
        };
    }

    /// <summary>The recorder kept only the size of large forms: what they held follows from the answers and from what came of them.</summary>
    private static byte[]? Upload(Sample sample)
    {
        if (!sample.Body.EndsWith(" bytes>", StringComparison.Ordinal))
        {
            return null;
        }

        const string Disposition = "Content-Disposition: form-data; ";
        string content = sample.Name.Contains("bad-content", StringComparison.Ordinal) ? "backup" : "iso";
        string file = sample.Number switch { "210" => "test.iso", "211" => "test2.iso", "215" => "test4.iso", _ => "test3.iso" };
        string contentPart = $"--{Boundary}\r\n{Disposition}name=\"content\"\r\n\r\n{content}\r\n";
        string filePart = $"--{Boundary}\r\n{Disposition}name=\"filename\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream\r\n\r\n{new string('A', 1000)}\r\n";
        string sum = sample.Number switch
        {
            "213" => new string('0', 64),
            "215" => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(new string('A', 1000)))),
            _ => "",
        };
        string sumPart = sum.Length == 0
            ? ""
            : $"--{Boundary}\r\n{Disposition}name=\"checksum-algorithm\"\r\n\r\nsha256\r\n--{Boundary}\r\n{Disposition}name=\"checksum\"\r\n\r\n{sum}\r\n";
        string parts = sample.Number switch
        {
            "221" => contentPart + filePart.Replace($"filename=\"{file}\"", $"filename=\"{file}\"; filename*=utf-8''{file}", StringComparison.Ordinal),
            "222" => contentPart + filePart.Replace($"{Disposition}name=\"filename\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream", $"Content-Type: application/octet-stream\r\n{Disposition}name=\"filename\"; filename=\"{file}\"", StringComparison.Ordinal),
            "223" => filePart + contentPart,
            _ => contentPart + sumPart + filePart,
        };
        return Encoding.UTF8.GetBytes($"{parts}--{Boundary}--\r\n");
    }
}
