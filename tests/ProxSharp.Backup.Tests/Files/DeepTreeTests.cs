using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Directories can lie deeper than any reader of archives goes: whoever makes some must not spoil the backup of the rest.</summary>
public sealed class DeepTreeTests
{
    private static int Most => PxarReaderOptions.Default.MaxDepth;

    [Fact]
    public async Task Archive_DirectoriesDeeperThanReadersGo_AreLeftOutAndTheRestIsRead()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write("z", "behind");
        string top = tree.Combine("d");
        Dig(tree, top, Most + 10);
        try
        {
            using MemoryStream archive = new();
            DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path).WriteAsync(archive, cancellationToken: TestContext.Current.CancellationToken);
            FileWarning warning = Assert.Single(result.Warnings);
            Assert.Equal(FileWarningKind.Unreadable, warning.Kind);
            Assert.Contains($"It lies {Most - 1} directories deep", warning.Message, StringComparison.Ordinal);

            archive.Position = 0;
            using PxarReader reader = new(archive);
            int depth = 0;
            bool isBehindRead = false;
            while (reader.Read())
            {
                depth = Math.Max(depth, reader.Depth);
                isBehindRead |= reader is { Event: PxarReaderEvent.Entry, Entry.Name: var name } && name.ToString() == "z";
            }

            Assert.Equal(Most - 1, depth);
            Assert.True(isBehindRead);
        }
        finally
        {
            Fill(tree, top);
        }
    }

    // A path of that length has no name that the system takes: each directory is put around those that are there.
    private static void Dig(TempTree tree, string top, int depth)
    {
        Directory.CreateDirectory(top);
        string around = tree.Combine("around");
        for (int i = 1; i < depth; i++)
        {
            Directory.CreateDirectory(around);
            Directory.Move(top, Path.Combine(around, "d"));
            Directory.Move(around, top);
        }
    }

    private static void Fill(TempTree tree, string top)
    {
        string below = tree.Combine("below");
        while (Directory.Exists(Path.Combine(top, "d")))
        {
            Directory.Move(Path.Combine(top, "d"), below);
            Directory.Delete(top);
            Directory.Move(below, top);
        }
    }
}
