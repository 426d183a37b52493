using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Tests.Testing;

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
        new(name, unit, [.. Enumerable.Range(0, 60).Select(i => (s_start.AddMinutes(i), value(i)))]);
}
