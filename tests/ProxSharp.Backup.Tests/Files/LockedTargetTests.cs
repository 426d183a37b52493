using System.Diagnostics;
using System.Text;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Trees in which something may not be replaced, or not at once.</summary>
public sealed class LockedTargetTests
{
    private static readonly PxarMetadata Plain = Own(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 123_456_700) };
    private static readonly PxarMetadata PlainDirectory = Own(PxarEntryKind.Directory, 0b111_101_101) with { ModificationTime = new(1_500_000_000, 0) };

    [Theory]
    [InlineData(ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.KeepSameContent)]
    [InlineData(ExistingFiles.KeepSameTime)]
    public async Task Extract_OverImmutableAndAppendOnlyEntries_ReplacesThem(ExistingFiles existing)
    {
        TempTree.RequireAll();
        byte[] old = Archive(writer => Locked(writer, "old"));
        byte[] next = Archive(writer => Locked(writer, "next one"));
        using TempTree tree = new();
        try
        {
            await Archives.ExtractAsync(old, tree.Path, new() { Existing = existing });
            Assert.Empty((await Archives.ExtractAsync(next, tree.Path, new() { Existing = existing })).Warnings);
            Assert.Equal(Archives.Describe(next), Archives.Describe(await Archives.WriteAsync(tree.Path)));
            await Archives.ExtractAsync(old, tree.Path, new() { Existing = existing, Includes = [PathPattern.Parse("/append/f")] });
            using LinuxFlags folder = new(tree.Combine("append"));
            Assert.Equal(0x20u, folder.Get()!.Value & 0x30);
            Assert.Equal("old", File.ReadAllText(tree.Combine("append/f")));
        }
        finally
        {
            using Process unlock = Process.Start("chattr", ["-R", "-f", "-ia", tree.Path]);
            await unlock.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        static void Locked(PxarWriter writer, string text)
        {
            byte[] content = Encoding.UTF8.GetBytes(text);
            foreach (PxarFlags flag in (PxarFlags[])[PxarFlags.Append, PxarFlags.Immutable])
            {
                writer.BeginDirectory(new(flag.ToString().ToLowerInvariant()), PlainDirectory with { Flags = flag });
                writer.WriteFile(new("f"), Plain, content);
                writer.WriteFile(new("l"), Plain with { Flags = flag }, content);
                writer.WriteSymlink(new("s"), Own(PxarEntryKind.Symlink, 0x1FF), content);
                writer.EndDirectory();
            }
        }
    }

    [Theory]
    [InlineData(ExistingFiles.Overwrite, 0x10u)]
    [InlineData(ExistingFiles.Overwrite, 0x20u)]
    [InlineData(ExistingFiles.KeepSameContent, 0x10u)]
    [InlineData(ExistingFiles.KeepSameTime, 0x20u)]
    public async Task Extract_OverWhatIsLockedAndWasNot_TellsThatItIsNoLonger(ExistingFiles existing, uint locked)
    {
        TempTree.RequireAll();
        string[] names = ["d/big", "d/kept", "d/link", "d/small", "d"];
        byte[] old = Archive(writer => Fill(writer, 'a'));
        byte[] next = Archive(writer => Fill(writer, 'b'));
        using TempTree tree = new();
        try
        {
            await Archives.ExtractAsync(old, tree.Path);
            File.Delete(tree.Combine("d/link"));
            File.WriteAllText(tree.Combine("d/link"), "a file");
            foreach (string name in names)
            {
                using LinuxFlags flags = new(tree.Combine(name));
                flags.Set(flags.Get()!.Value | locked);
            }

            FileWarning[] warnings = [.. (await Archives.ExtractAsync(next, tree.Path, new() { Existing = existing })).Warnings];

            Assert.All(warnings, static warning => Assert.Contains("was immutable or append-only", warning.Message, StringComparison.Ordinal));
            Assert.Equal(names.Order(), warnings.Select(static warning => warning.Path.Trim('/')).Order());
            Assert.Empty((await Archives.ExtractAsync(next, tree.Path, new() { Existing = existing })).Warnings);
        }
        finally
        {
            foreach (string path in names.Select(tree.Combine).Where(static path => new FileInfo(path).LinkTarget is null && Path.Exists(path)))
            {
                using LinuxFlags flags = new(path);
                flags.Set(flags.Get()!.Value & ~0x30u);
            }
        }

        static void Fill(PxarWriter writer, char text)
        {
            writer.BeginDirectory(new("d"), PlainDirectory);
            PxarMetadata changed = Plain with { ModificationTime = new(1_600_000_000 + text, 0) };
            writer.WriteFile(new("big"), changed, Encoding.UTF8.GetBytes(new string(text, 300_000)));
            writer.WriteFile(new("kept"), Plain, "kept"u8.ToArray());
            writer.WriteSymlink(new("link"), Own(PxarEntryKind.Symlink, 0x1FF), "small"u8.ToArray());
            writer.WriteFile(new("small"), changed, Encoding.UTF8.GetBytes(new string(text, 30)));
            writer.EndDirectory();
        }
    }

    [Fact]
    public async Task Extract_WhatMayNotBeReplaced_IsToldWithItsWholePath()
    {
        byte[] archive = Archive(writer =>
        {
            writer.BeginDirectory(new("d"), PlainDirectory);
            writer.WriteFile(new("f"), Plain, "x"u8.ToArray());
            writer.EndDirectory();
        });
        using TempTree tree = new();
        Directory.CreateDirectory(tree.Combine("d/f"));

        FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(
            () => Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.Overwrite, RestoreOwnership = false }));

        Assert.Equal(tree.Combine("d/f"), refused.Path);
        Assert.Contains($"\"{tree.Combine("d/f")}\" is a directory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_SmallFileCannotBeWritten_IsToldWithItsWholePath()
    {
        TempTree.RequireLinux();
        byte[] archive = Archive(writer =>
        {
            writer.BeginDirectory(new("d"), PlainDirectory);
            writer.WriteFile(new("f"), Plain, "x"u8.ToArray());
            writer.EndDirectory();
        });
        using TempTree tree = new();
        tree.Write("d/f", "there");

        FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(
            () => Archives.ExtractAsync(archive, tree.Path, new() { AllowExistingDirectories = true, RestoreOwnership = false }));

        Assert.Equal((FileTreeFault.Exists, tree.Combine("d/f")), (refused.Fault, refused.Path));
        Assert.StartsWith($"Unable to create the file \"{tree.Combine("d/f")}\": ", refused.Message, StringComparison.Ordinal);
    }

    private static PxarMetadata Own(PxarEntryKind kind, uint permissions) => PxarMetadata.Create(kind, permissions);

    private static byte[] Archive(Action<PxarWriter> fill) => Archives.Make(PlainDirectory, fill);

    [Fact]
    public async Task Dispose_LockedDirectoryASecondTime_DoesNothing()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        using (Process locked = Process.Start("chattr", ["+i", tree.Path]))
            await locked.WaitForExitAsync(TestContext.Current.CancellationToken);
        try
        {
            ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
            root.Unlock();
            root.Dispose();
            root.Dispose();
            using LinuxFlags flags = new(tree.Path);
            Assert.Equal(0x10u, flags.Get()!.Value & 0x30);
        }
        finally
        {
            using Process unlock = Process.Start("chattr", ["-i", tree.Path]);
            await unlock.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Extract_OntoWhatIsNoDirectory_SaysWhatItIs()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] archive = Archive(static writer => writer.WriteFile(new("f"), Plain, "x"u8.ToArray()));
        foreach ((string path, string kind) in new[] { (tree.Write("file", "x"), "a file"), ("/dev/null", "a device") })
        {
            FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(archive, path));
            Assert.Equal($"\"{path}\" is {kind}, and a tree is restored into a directory. Name another one.", refused.Message);
        }
    }
}
