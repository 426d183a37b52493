using System.Buffers;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>Restores regular files: small ones on several threads, large ones while they are read.</summary>
/// <param name="options">How to restore.</param>
/// <param name="placer">Puts entries in their place.</param>
/// <param name="totals">Counts.</param>
/// <param name="jobs">Writes small files.</param>
/// <param name="local">Told of existing files while they are compared; null for nobody.</param>
/// <param name="parts">Knows what stays when the restore is broken off.</param>
internal sealed class FilePlacer(
    TreeExtractOptions options, EntryPlacer placer, ExtractTotals totals, JobQueue jobs, LocalContent? local, FileParts parts)
{
    private const int SmallFile = 256 * 1024;
    private const int BlockSize = 256 * 1024;

    private readonly TreeExtractOptions _options = options;
    private readonly EntryPlacer _placer = placer;
    private readonly ExtractTotals _totals = totals;
    private readonly JobQueue _jobs = jobs;
    private readonly LocalContent? _local = local;
    private readonly FileParts _parts = parts;

    /// <summary>Restores a file.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="name">The name to restore it under.</param>
    /// <param name="entry">The file.</param>
    /// <param name="open">Opens the content.</param>
    /// <param name="cancellationToken">Stops the restore.</param>
    /// <returns>False if what has the name stays as it is, and is not the file by its size and time: nothing must be linked to it.</returns>
    internal async ValueTask<bool> WriteAsync(
        ExtractDirectory directory,
        PxarName name,
        PxarEntry entry,
        Func<CancellationToken, ValueTask<Stream>> open,
        CancellationToken cancellationToken)
    {
        if (!_placer.Look(directory, name, out FileStat? there))
            return there is { } kept && HasTime(entry, kept);

        bool sameSize = there is { Kind: PxarEntryKind.File } stat && stat.Length == entry.Length;
        if (_options.Existing == ExistingFiles.KeepSameTime && there is { } old && HasTime(entry, old) && TryKeep(directory, name, entry))
        {
            _parts.Delete(directory, name);
            return true;
        }

        if (_options.Existing == ExistingFiles.Fail && entry.Length > SmallFile && _totals.Preview is null)
            RequireFree(directory, name);
        using ITargetFile? part = _options.KeepParts && entry.Length > SmallFile
            ? _parts.Open(directory, name, continues: _options.Existing is not (ExistingFiles.Overwrite or ExistingFiles.KeepSameTime))
            : null;

        // A large file of another size may be what a restore that was broken off has written of it, though that be nothing yet.
        bool compares = part is not null || (_options.Existing == ExistingFiles.KeepSameContent
            && (sameSize || (entry.Length > SmallFile && there is { Kind: PxarEntryKind.File })));
        bool grows = compares && part is null && IsPart(entry, there!.Value);
        using ITargetFile? named = compares && part is null ? TryOpen(directory, name, ref grows) : null;
        compares = (part ?? named) is not null;
        if (_placer.Foresees(directory, name, entry, there is not null, compares))
            return true;
        Stream content = await open(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            // What is said to be empty and is not must be told before anything is replaced.
            if (entry.Length == 0)
                _ = await content.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            if (compares)
                await CompareAsync(directory, name, part, named, grows, entry, there is not null, content, cancellationToken).ConfigureAwait(false);
            else if (entry.Length <= SmallFile)
                await QueueAsync(directory, name, entry, there is not null, content, cancellationToken).ConfigureAwait(false);
            else
                await CopyAsync(directory, name, entry, there is not null, null, default, content, cancellationToken).ConfigureAwait(false);
            // A small one does so when it is written.
            if (compares || entry.Length > SmallFile)
                _parts.Delete(directory, name);
            return true;
        }
    }

    // It comes into being under another name, and that it cannot get its own is not to be told after all of it has come.
    private static void RequireFree(ExtractDirectory directory, PxarName name)
    {
        if (directory.Handle!.Find(name) is not null)
            throw new FileTreeException(FileTreeFault.Exists, name.ToString(), $"Unable to create the file \"{name}\": file exists.");
    }

    // The time is set after the content and all else, so that a file which has it is most probably complete. Its attributes and ACL may have been changed
    // since without a trace in the time or mode; they are set again, which is cheap next to reading the content.
    private bool TryKeep(ExtractDirectory directory, PxarName name, PxarEntry entry)
    {
        try
        {
            using ITargetFile file = directory.Handle!.Open(name);
            FileStat there = file.Stat;
            if (!HasTime(entry, there) || !MayKeep(entry, file, there))
                return false;
            Keep(directory, name, entry, file);
        }
        catch (FileTreeException e) when (e.Fault == FileTreeFault.Denied)
        {
            // It can be replaced still, for which only the directory has to be writable.
            return false;
        }

        return true;
    }

    private void Keep(ExtractDirectory directory, PxarName name, PxarEntry entry, ITargetFile file)
    {
        Complete(directory, name, entry, file);
        _totals.AddFile(entry.Length, kept: true);
    }

    // Another name may lie anywhere: what is set would change there too. If all is right already, the names may as well be those that a restore has given.
    private bool MayKeep(PxarEntry entry, ITargetFile file, FileStat there) => there.Links <= 1 || file.Has(entry.Metadata!, _placer.Parts);

    /// <summary>Completes a file that has all its content, and gives it its name if it has another one still.</summary>
    /// <returns>Whether it has the name; if not, that was told.</returns>
    private bool Complete(ExtractDirectory directory, PxarName name, PxarEntry entry, ITargetFile file, PxarName? place = null, bool replaces = true)
    {
        file.Apply(entry.Metadata!, _placer.Parts, _placer.Report(directory, name));
        if (place is { } now && !_placer.Give(directory, now, name, replaces, file, entry.Metadata!.Flags))
            return false;
        file.Seal(entry.Metadata!, _placer.Parts, _placer.Report(directory, name));
        return true;
    }

    private async ValueTask QueueAsync(
        ExtractDirectory directory,
        PxarName name,
        PxarEntry entry,
        bool replaces,
        Stream content,
        CancellationToken cancellationToken)
    {
        int length = (int)entry.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        directory.Acquire();
        bool queued = false;
        int filled = 0;
        try
        {
            while (filled < length)
            {
                int read = await content.ReadAsync(buffer.AsMemory(filled, length - filled), cancellationToken).ConfigureAwait(false);
                filled += read > 0 ? read : throw new EndOfStreamException();
            }

            await _jobs.AddAsync(() => WriteSmall(directory, name, entry, replaces, buffer)).ConfigureAwait(false);
            queued = true;
        }
        catch (Exception stop) when (filled > 0 && FileParts.IsBreak(stop) && Keeps(entry))
        {
            _parts.Keep(directory, name, buffer.AsSpan(0, filled));
            throw;
        }
        finally
        {
            if (!queued)
                directory.Release();
        }
    }

    private void WriteSmall(ExtractDirectory directory, PxarName name, PxarEntry entry, bool replaces, byte[] buffer)
    {
        try
        {
            WriteSmall(directory, name, entry, replaces, buffer.AsMemory(0, (int)entry.Length));
        }
        catch (Exception failure)
        {
            directory.IsBroken = true;
            if (failure is FileTreeException refused)
                throw directory.Locate(name, refused);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            directory.Release();
        }
    }

    private void WriteSmall(ExtractDirectory directory, PxarName name, PxarEntry entry, bool replaces, ReadOnlyMemory<byte> content)
    {
        ITargetFile? file = null;
        try
        {
            MetadataReport report = _placer.Report(directory, name);
            bool placed = _placer.Place(
                directory,
                name,
                replaces,
                place => file = Create(directory, name, entry, place),
                _ =>
                {
                    SparseWriter writer = new(file!, _options.Sparse);
                    writer.Write(content.Span);
                    writer.Finish();
                    file!.Apply(entry.Metadata!, _placer.Parts, report);
                },
                () => file!.Seal(entry.Metadata!, _placer.Parts, report),
                entry.Metadata!.Flags);
            if (placed)
                _totals.AddFile(entry.Length, kept: false);
            _parts.Delete(directory, name);
        }
        finally
        {
            file?.Dispose();
        }
    }

    private ITargetFile Create(ExtractDirectory directory, PxarName name, PxarEntry entry, PxarName place)
    {
        ITargetFile file = directory.Handle!.Create(place, _placer.FileMode);
        file.Prepare(entry.Metadata!, _placer.Parts, _placer.Report(directory, name));
        return file;
    }

    /// <summary>Creates a file under a name of its own: that of its part, or another one if a restore has that under way.</summary>
    /// <returns>The file, its name, and whether it stays there when the restore is broken off; null if it has no place in the tree.</returns>
    private (ITargetFile File, PxarName Place, bool Stays)? TryCreate(ExtractDirectory directory, PxarName name, PxarEntry entry)
    {
        try
        {
            if (Keeps(entry) && _parts.Create(directory, name, place => Create(directory, name, entry, place)) is { } part)
                return (part, _parts.NameOf(name), true);
            PxarName other = directory.Handle!.NameTemporary();
            return (Create(directory, name, entry, other), other, false);
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Unsupported)
        {
            _placer.LeaveOut(directory, name, exception);
            return null;
        }
    }

    // What comes of a small file that stands between names and attributes is noted with these.
    private bool Keeps(PxarEntry entry) =>
        _options.KeepParts && (entry.Length > SmallFile || PxarArchive.GetContentRange(entry) is { InPayload: true });

    /// <summary>Writes content as it is read, behind what an existing file has of it.</summary>
    private async ValueTask CopyAsync(
        ExtractDirectory directory,
        PxarName name,
        PxarEntry entry,
        bool replaces,
        (ITargetFile File, long Length)? same,
        ReadOnlyMemory<byte> next,
        Stream content,
        CancellationToken cancellationToken)
    {
        if (TryCreate(directory, name, entry) is not (var file, var place, var keeps))
            return;
        bool stays = false;
        using ITargetFile made = file;
        try
        {
            SparseWriter writer = new(made, _options.Sparse);
            if (same is { } old)
                CopyOld(old.File, old.Length, writer);
            writer.Write(next.Span);
            await CopyRestAsync(content, writer, cancellationToken).ConfigureAwait(false);
            writer.Finish();
            if (Complete(directory, name, entry, made, place, replaces))
                _totals.AddFile(entry.Length, kept: false);
        }
        catch (Exception stop) when (FileParts.IsBreak(stop))
        {
            stays = keeps;
            throw;
        }
        finally
        {
            // With its own name it has this one no more. While it is open, it is locked.
            if (!stays)
                EntryPlacer.TryDelete(directory.Handle!, place, made);
        }
    }

    private async ValueTask CopyRestAsync(Stream content, SparseWriter writer, CancellationToken cancellationToken)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
        int filled = 0;
        try
        {
            while (await content.ReadAsync(block.AsMemory(filled), cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                filled += read;
                if (filled == block.Length)
                    Flush();
            }
        }
        finally
        {
            // After a failure too: a chunk seldom ends where a block does, and is fetched again if its last bytes are not there.
            Flush();
            ArrayPool<byte>.Shared.Return(block);
        }

        void Flush()
        {
            writer.Write(block.AsSpan(0, filled));
            filled = 0;
            _totals.ReportPart(writer.Position);
        }
    }

    private static void CopyOld(ITargetFile old, long length, SparseWriter writer)
    {
        byte[] block = new byte[BlockSize];
        while (writer.Position < length)
        {
            int want = (int)Math.Min(block.Length, length - writer.Position);
            int read = old.Read(writer.Position, block.AsSpan(0, want));
            if (read == 0)
                throw new FileTreeException(FileTreeFault.Failed, "", "The existing file was cut off while it was compared.");
            writer.Write(block.AsSpan(0, read));
        }
    }

    /// <summary>
    /// Compares an existing file, or the part of one that is to replace it, with the content. Where it ends early it is continued; from the first difference on
    /// a part is written anew, and instead of anything else a new file.
    /// </summary>
    private async ValueTask CompareAsync(
        ExtractDirectory directory,
        PxarName name,
        ITargetFile? part,
        ITargetFile? named,
        bool grows,
        PxarEntry entry,
        bool replaces,
        Stream content,
        CancellationToken cancellationToken)
    {
        ITargetFile existing = part ?? named!;
        // What counts is what is open and may be written to, and not what had the name before.
        FileStat there = existing.Stat;
        grows = grows && IsPart(entry, there);
        // Most files are small: blocks of their own for each would be much more memory than all of them.
        int size = (int)Math.Clamp(entry.Length, 1, BlockSize);
        byte[] block = ArrayPool<byte>.Shared.Rent(size);
        using ITargetFile? old = part is not null && _local is not null ? TryOpen(directory, name) : null;
        using IDisposable? offered = _local?.Offer(
            PxarArchive.GetContentRange(entry),
            (position, bytes) => existing.Read(position, bytes) is var count and > 0 ? count : old?.Read(position, bytes) ?? 0);
        try
        {
            (long same, int read, bool isCut) = await SkipEqualAsync(existing, content, block.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
            ReadOnlyMemory<byte> next = block.AsMemory(0, read);
            part?.SetLength(same);
            if (part is not null || (grows && isCut))
            {
                await ContinueAsync(directory, name, part is not null, replaces, entry, (existing, same), next, content, cancellationToken)
                    .ConfigureAwait(false);
            }
            else if (read > 0 || there.Length > entry.Length || !MayKeep(entry, existing, existing.Stat))
            {
                await CopyAsync(directory, name, entry, true, (existing, same), next, content, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                Keep(directory, name, entry, existing);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Reads content while a file has the same.</summary>
    /// <returns>
    /// How many bytes are equal, up to the block that is not; how many bytes of content that block has, 0 if all is equal; whether the file only ends in it.
    /// </returns>
    private static async ValueTask<(long Same, int Read, bool IsCut)> SkipEqualAsync(
        ITargetFile existing, Stream content, Memory<byte> block, CancellationToken cancellationToken)
    {
        byte[] old = ArrayPool<byte>.Shared.Rent(block.Length);
        long position = 0;
        try
        {
            // What has come is used before more is asked for, which may be in vain.
            while (await content.ReadAsync(block, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                int filled = ReadFully(existing, position, old.AsSpan(0, read));
                if (!old.AsSpan(0, filled).SequenceEqual(block.Span[..read]))
                    return (position, read, filled < read && old.AsSpan(0, filled).SequenceEqual(block.Span[..filled]));
                position += read;
            }

            return (position, 0, false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    private static int ReadFully(ITargetFile file, long position, Span<byte> destination)
    {
        int filled = 0;
        while (filled < destination.Length && file.Read(position + filled, destination[filled..]) is var more and > 0)
            filled += more;
        return filled;
    }

    private static bool HasTime(PxarEntry entry, FileStat there) => there.Kind == PxarEntryKind.File && there.Length == entry.Length
        && there.ModificationTime == entry.Metadata!.ModificationTime;

    // What has other names, or is open to others before it has its metadata, is no part that a restore left: it is replaced as a whole.
    private bool IsPart(PxarEntry entry, FileStat there) => entry.Length > SmallFile && there.Length < entry.Length && _parts.IsClosed(there);

    private static ITargetFile? TryOpen(ExtractDirectory directory, PxarName name)
    {
        try
        {
            return directory.Handle!.Open(name);
        }
        catch (FileTreeException)
        {
            // It is not there any more, or not for us: then it helps nobody.
            return null;
        }
    }

    /// <summary>Opens an existing file to compare it, and to write to it if it is a part that grows.</summary>
    /// <returns>Null if it may not be read. It can be replaced still, for which only the directory has to be writable.</returns>
    private static ITargetFile? TryOpen(ExtractDirectory directory, PxarName name, ref bool grows)
    {
        while (true)
        {
            try
            {
                return directory.Handle!.Open(name, grows);
            }
            catch (FileTreeException e) when (e.Fault == FileTreeFault.Denied)
            {
                if (!grows)
                    return null;
                grows = false;
            }
        }
    }

    /// <summary>Writes what is missing behind what a file has. All that it has was compared, so nothing is lost if this is broken off.</summary>
    private async ValueTask ContinueAsync(
        ExtractDirectory directory,
        PxarName name,
        bool isPart,
        bool replaces,
        PxarEntry entry,
        (ITargetFile File, long Length) same,
        ReadOnlyMemory<byte> next,
        Stream content,
        CancellationToken cancellationToken)
    {
        SparseWriter writer = new(same.File, _options.Sparse, same.Length);
        writer.Write(next.Span);
        await CopyRestAsync(content, writer, cancellationToken).ConfigureAwait(false);
        writer.Finish();
        if (Complete(directory, name, entry, same.File, isPart ? _parts.NameOf(name) : null, replaces))
            _totals.AddFile(entry.Length, kept: false);
        else
            EntryPlacer.TryDelete(directory.Handle!, _parts.NameOf(name), same.File);
    }
}
