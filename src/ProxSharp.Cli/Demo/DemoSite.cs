using System.Globalization;

namespace ProxSharp.Cli.Demo;

/// <summary>A small web site, for the tour to back up.</summary>
internal static class DemoSite
{
    private const int Pages = 12;
    private const int PictureSize = 6 << 20;

    /// <summary>Writes it into a directory <c>site</c>.</summary>
    public static void Write(string home)
    {
        string pages = Path.Combine(home, "site", "pages");
        Directory.CreateDirectory(pages);
        File.WriteAllText(Path.Combine(home, "site", "index.html"), "<h1>It works</h1>\n");
        for (int i = 1; i <= Pages; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"page-{i:00}.md");
            File.WriteAllText(Path.Combine(pages, name), string.Create(CultureInfo.InvariantCulture, $"# Page {i}\n"));
        }

        byte[] picture = new byte[PictureSize];
        for (int i = 0; i < picture.Length; i++)
        {
            picture[i] = (byte)(i * 31 >> (i & 7));
        }

        File.WriteAllBytes(Path.Combine(home, "site", "picture.raw"), picture);
    }
}
