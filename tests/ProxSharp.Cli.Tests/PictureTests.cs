using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Charts as pictures of dots.</summary>
public sealed class PictureTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Draw_TwoFigures_IsAPictureWithTheirColours()
    {
        (int width, int height, byte[] pixels) = Read(PngChart.Draw("VM 100 (データ)", [Series("mem", "bytes", static i => i * 1e8), Series("load", null, static i => i)]));

        Assert.Equal(1800, width);
        Assert.Equal((26 + 30 + (2 * 240)) * 2, height);
        (byte, byte, byte)[] dots = [.. Enumerable.Range(0, width * height).Select(i => (pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2]))];
        HashSet<(byte, byte, byte)> colours = [.. dots];
        Assert.Contains(((byte)0xe5, (byte)0x70, (byte)0x00), colours);
        Assert.Contains(((byte)0x38, (byte)0x92, (byte)0xd4), colours);
        Assert.Equal((byte)0xff, dots[0].Item1);

        // A line that rises from left to right: its colour is lower on the left than on the right.
        int First(int column) => Enumerable.Range(0, height).First(row => dots[(row * width) + column] == (0xe5, 0x70, 0x00));
        Assert.True(First(400) > First(1600));
    }

    [Fact]
    public void Draw_GapsAndNothing_AreNoFailure()
    {
        Read(PngChart.Draw("gaps", [Series("cpu", "fraction_as_percentage", static i => i % 3 == 0 ? null : 0.5)]));
        Read(PngChart.Draw("nothing", [Series("cpu", null, static _ => null), new ChartSeries("empty", null, [])]));
        Read(PngChart.Draw("none", []));
    }

    [Fact]
    public void Measure_Text_GrowsWithTextAndSize()
    {
        Assert.Equal(0, StrokeFont.Measure("", 12));
        Assert.True(StrokeFont.Measure("ab", 12) > StrokeFont.Measure("a", 12));
        Assert.Equal(2 * StrokeFont.Measure("1.5 GiB", 12), StrokeFont.Measure("1.5 GiB", 24), 6);
        Assert.Equal(StrokeFont.Measure("111", 12), StrokeFont.Measure("888", 12), 6);
    }

    [Fact]
    public void Draw_EveryPrintableSign_LeavesAMark()
    {
        for (char sign = '!'; sign <= '~'; sign++)
        {
            Raster raster = new(60, 60, 2);
            StrokeFont.Draw(raster, sign.ToString(), 8, 22, 14, new Colour(0, 0, 0));
            Assert.True(raster.Pixels.Count(static value => value < 0x80) > 5, $"'{sign}' cannot be seen.");
        }
    }

    [Theory]
    [InlineData("vm chart web-1 --png chart.png")]
    [InlineData("node chart pve1 --of cpu --timeframe day --png chart.png --svg chart.svg")]
    public async Task Chart_Png_WritesThePicture(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal("", run.Succeeded());
        Assert.Contains("The picture is in ", run.Errors, StringComparison.Ordinal);
        Read(await File.ReadAllBytesAsync(Path.Combine(cli.Home, "chart.png"), TestContext.Current.CancellationToken));
        Assert.Equal(line.Contains("--svg", StringComparison.Ordinal), File.Exists(Path.Combine(cli.Home, "chart.svg")));
    }

    [Theory]
    [InlineData("node chart pve1 --png -", "\ufffdPNG\r\n")]
    [InlineData("node rrd pve1 --png=-", "\ufffdPNG\r\n")]
    [InlineData("vm chart web-1 --svg -", "<svg ")]
    public async Task Chart_PictureToStandardOutput_IsWrittenThere(string line, string start)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.StartsWith(start, run.Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
        Assert.False(File.Exists(Path.Combine(cli.Home, "-")));
    }

    [Theory]
    [InlineData("node chart pve1 --png x.jpg", "x.jpg", "Name a file that ends in .png; there are --png FILE.png and --svg FILE.svg")]
    [InlineData("node chart pve1 --png x.SVG", "x.SVG", "write --svg x.SVG")]
    [InlineData("node chart pve1 --svg x.png", "x.png", "write --png x.png")]
    public async Task Chart_NameOfAnotherFormat_IsRefused(string line, string file, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);

        Assert.False(File.Exists(Path.Combine(cli.Home, file)));
    }

    [Theory]
    [InlineData("node chart pve1 --png - --no-color", "no picture in the PNG format")]
    [InlineData("node chart pve1 --png - --svg - --no-color", "Only one picture")]
    [InlineData("node chart pve1 --svg - --watch --no-color", "--watch")]
    public async Task Chart_PictureToATerminal_IsAMistake(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync(terminalWidth: 80);

        CliRun run = await cli.LineAsync(line);

        Assert.Contains(expected, run.FailedWith(2), StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("node chart pve1 --fields time,loadavg", "loadavg", "netin")]
    [InlineData("node rrd pve1 --chart --fields loadavg", "loadavg", "netin")]
    [InlineData("node chart pve1 --query '[].{time: time, load: loadavg}'", "load  now", "netin")]
    [InlineData("node chart pve1 --query '[-5:]' --of cpu", "cpu  now", "netin")]
    [InlineData("node chart pve1 --cf MAX", "cpu  now", "loadavg")]
    public async Task Chart_FieldsAndQuery_ChooseTheFigures(string line, string drawn, string left)
    {
        using CliHarness cli = await cluster.UserAsync();

        string output = (await cli.LineAsync(line)).Succeeded();

        Assert.Contains(drawn, output, StringComparison.Ordinal);
        Assert.DoesNotContain(left, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node chart pve1 --fields nothing", "'nothing' was not recorded")]
    [InlineData("node chart pve1 --fields cpu --of cpu", "Both --of and --fields")]
    [InlineData("node chart pve1 --query '[].cpu'", "each with its time")]
    public async Task Chart_WhatCannotBeDrawn_IsAMistake(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("datastore chart store1", "/admin/datastore/store1/rrd", "used")]
    [InlineData("datastore rrd store1 --chart --cf AVERAGE --timeframe decade", "/admin/datastore/store1/rrd", "used")]
    [InlineData("pbs node chart", "/nodes/localhost/rrd", "cpu")]
    [InlineData("pbs node rrd --chart", "/nodes/localhost/rrd", "cpu")]
    public async Task Chart_OfABackupServer_IsDrawn(string line, string path, string figure)
    {
        await using StubServer server = StubServer.Start(request => request.Target.Contains($"{path}?", StringComparison.Ordinal)
            ? StubReply.Json($$"""{"data":[{"time":1795382033,"{{figure}}":0.5},{"time":1795382093,"{{figure}}":0.25}]}""")
            : StubReply.Json("{\"data\":{\"version\":\"4.1\",\"release\":\"1\",\"repoid\":\"0\"}}"));
        using CliHarness cli = new CliHarness().With("STUB_SECRET", "x");
        (await cli.RunAsync(
            "context", "add", "stub", server.Address.GetLeftPart(UriPartial.Authority), "--product", "pbs", "--token-id", "root@pam!ci",
            "--secret", "env:STUB_SECRET", "--fingerprint", server.Fingerprint, "--use")).Succeeded();

        Assert.Contains($"{figure}  now ", (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);

        Assert.Contains(server.Requests, static request => request.Target.Contains("cf=AVERAGE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("node rrd")]
    [InlineData("datastore rrd")]
    [InlineData("pbs node rrd")]
    public async Task Help_OfListsOfFigures_NamesTheCharts(string command)
    {
        using CliHarness cli = new();

        string help = (await cli.LineAsync($"{command} --help")).Succeeded();

        Assert.All(["--chart", "--png", "--svg"], option => Assert.Contains(option, help, StringComparison.Ordinal));
    }

    /// <summary>Reads a picture by the letter of the format: signature, chunks with their check sums, rows with their filters.</summary>
    private static (int Width, int Height, byte[] Pixels) Read(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], file[..8]);
        (int width, int height, byte[] packed) = (0, 0, []);
        List<string> types = [];
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            byte[] typed = file[(at + 4)..(at + 8 + length)];
            Assert.Equal(Crc32.HashToUInt32(typed), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            types.Add(Encoding.ASCII.GetString(typed, 0, 4));
            if (types[^1] == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(typed.AsSpan(4)), BinaryPrimitives.ReadInt32BigEndian(typed.AsSpan(8)));
                Assert.Equal([8, 2, 0, 0, 0], typed[12..]);
            }
            else if (types[^1] == "IDAT")
            {
                packed = typed[4..];
            }

            at += 12 + length;
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], types);
        return (width, height, Rows(width * 3, height, packed));
    }

    private static byte[] Rows(int stride, int height, byte[] packed)
    {
        using MemoryStream plain = new();
        using (ZLibStream zlib = new(new MemoryStream(packed), CompressionMode.Decompress))
        {
            zlib.CopyTo(plain);
        }

        byte[] rows = plain.ToArray();
        Assert.Equal((stride + 1) * height, rows.Length);
        byte[] pixels = new byte[stride * height];
        for (int y = 0; y < height; y++)
        {
            Assert.Equal(2, rows[y * (stride + 1)]);
            for (int x = 0; x < stride; x++)
            {
                pixels[(y * stride) + x] = (byte)(rows[(y * (stride + 1)) + 1 + x] + (y > 0 ? pixels[((y - 1) * stride) + x] : 0));
            }
        }

        return pixels;
    }

    private static ChartSeries Series(string name, string? unit, Func<int, double?> value) =>
        new(name, unit, [.. Enumerable.Range(0, 60).Select(i => new ChartPoint(s_start.AddMinutes(i), value(i)))]);
}
