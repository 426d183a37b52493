using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Sources;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>
/// Where a file is restored to. A regular file comes into being beside its place and moves there when it is complete, so a failure leaves what exists as it
/// was. Devices are written in place, and a file that may not be changed is only compared.
/// </summary>
internal sealed class RestoreTarget
{
    private const string PartialSuffix = ".prox-partial";
    // As Windows numbers it; other systems have no such number of their own.
    private const int FileExists = unchecked((int)0x80070050);
    private const int CannotMake = unchecked((int)0x80070052);
    // What says that a file is locked on other systems.
    private const int AgainElsewhere = 35;
    private const int SharedBadly = unchecked((int)0x80070020);
    private const uint TypeMask = 0xF000;
    private const uint RegularFile = 0x8000;
    private const uint Directory = 0x4000;
    private const uint Pipe = 0x1000;
    private const uint BlockDevice = 0x6000;

    private readonly RestoreFileOptions _options;
    private readonly string _path;
    private readonly string _place;
    private readonly bool _isBlock;
    private bool _replacesPart;
    private bool _isOurs;

    private RestoreTarget(string path, string place, bool isDevice, bool isBlock, RestoreFileOptions options) =>
        (_path, _place, IsDevice, _isBlock, _options) = (path, place, isDevice, isBlock, options);

    /// <summary>Whether it is no regular file, and has no length that could be set.</summary>
    public bool IsDevice { get; }

    /// <summary>Whether a file that exists is only compared, because nothing allows to change it.</summary>
    public bool OnlyCompares => _place == _path && !_options.Overwrite;

    /// <summary>The name under which a file is written until it is complete.</summary>
    public static string PartialOf(string path) => Follow(path) + PartialSuffix;

    /// <summary>Sees what is at a path, and at the name of its part.</summary>
    /// <param name="path">The path.</param>
    /// <param name="options">How to write.</param>
    /// <param name="replacesPart">Whether a part that is there is worth nothing, and may go when the options resume.</param>
    /// <exception cref="IOException">
    /// It exists and must not, is a directory, is a link to what is no device, or its part is not what this may go on with.
    /// </exception>
    public static RestoreTarget Find(string path, RestoreFileOptions options, bool replacesPart = false)
    {
        uint type = TypeOf(path, follows: true, out _);
        if (type == Directory)
            throw new IOException($"{path} is a directory.");
        string final = Follow(path);
        // What a link leads to may be anybody's file. Devices are named by links: /dev/disk/by-id has nothing else.
        if (type is 0 or RegularFile && new FileInfo(path).LinkTarget is { } link)
            throw LinkRefused(path, link, final, isThere: type != 0);

        bool exists = type != 0;
        RequireFolder(path, final);
        string partial = final + PartialSuffix;
        bool isPart = IsSomething(partial);
        // What may be replaced is so by a whole new file: written in place, it would change under its other names too, and be a mixture until it is complete.
        bool mayCompare = options.Resume && !replacesPart
            && (type == BlockDevice || (type == RegularFile && !isPart && !options.Overwrite));
        if (exists && !options.Overwrite && !mayCompare)
            throw Exists(path);
        if (type == Pipe && (!replacesPart || PathKind.IsNamedPipe(path)))
            throw new IOException($"{path} is a pipe, which this cannot write to. Restore to a file, or to standard output.", CannotMake);
        if (type is not (0 or RegularFile))
            return new(path, path, isDevice: true, type == BlockDevice, options);
        if (isPart)
            RequirePart(path, partial, options);
        return new(final, mayCompare ? final : partial, isDevice: false, isBlock: false, options) { _replacesPart = replacesPart || !options.Resume };
    }

    private static IOException LinkRefused(string path, string link, string final, bool isThere) => new(
        final == path ? $"{path} is a symbolic link to {link}, which leads back to itself. Remove the link, or restore to another place."
            : $"{path} is a symbolic link to {final}{(isThere ? "" : ", which is not there")}, and only links to devices are followed. Restore to {final}, or "
                + "remove the link.",
        CannotMake);

    /// <summary>Sees that nothing else stands where a directory above the file must be.</summary>
    private static void RequireFolder(string path, string final)
    {
        for (string? above = Path.GetDirectoryName(final); above is { Length: > 0 }; above = Path.GetDirectoryName(above))
        {
            uint type = TypeOf(above, follows: true, out _);
            if (type == Directory)
                return;
            if (type is not 0)
                throw new IOException($"{path} cannot be made: {above} is {PathKind.Describe(type)}. Restore to another place.", CannotMake);
        }
    }

    /// <summary>Says that something exists which nothing allows to change.</summary>
    public static IOException Exists(string path, string what = "exists already") => new($"{path} {what}.", FileExists);

    /// <summary>Says what would be done. A device that is in use or too small is refused, as when it is opened.</summary>
    /// <param name="size">How many bytes would come.</param>
    public RestoreStep Foresee(long size)
    {
        if (_isBlock)
        {
            using SafeFileHandle device = (Libc.IsSupported ? OpenAlone(Libc.ReadOnly) : null) ?? File.OpenHandle(_path, share: FileShare.ReadWrite);
            RequireRoom(_path, ImageInput.EndOf(device), size);
        }

        bool isThere = IsSomething(_place);
        if (!isThere && !System.IO.Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(_place))))
            throw new DirectoryNotFoundException($"Could not find a part of the path '{_path}'.");
        return isThere && !_replacesPart && (_isBlock || !IsDevice) && _options.Resume ? RestoreStep.Resume
            : IsDevice || IsSomething(_path) ? RestoreStep.Overwrite
            : RestoreStep.Create;
    }

    /// <summary>Opens what is written.</summary>
    /// <param name="size">How many bytes are coming; null if that is not known.</param>
    /// <exception cref="IOException">It cannot be written, or is a device with less room.</exception>
    public SafeFileHandle Open(long? size)
    {
        bool isPart = _place != _path && IsSomething(_place);
        bool isNew = _place != _path && (_replacesPart || !isPart);
        if (isNew && isPart)
            DeletePart();
        FileMode mode = isNew ? FileMode.CreateNew : FileMode.Open;
        FileAccess access = IsDevice && !_isBlock ? FileAccess.Write : OnlyCompares ? FileAccess.Read : FileAccess.ReadWrite;
        SafeFileHandle handle = (_isBlock && Libc.IsSupported && !OnlyCompares ? OpenAlone(Libc.ReadWrite) : null) ?? Open(mode, access);
        try
        {
            // Only what this restore made may be removed after a failure.
            _isOurs = isNew;
            if (isPart && !isNew)
                RequireOpenPart(handle);
            if (_isBlock && size is { } needed)
                RequireRoom(_path, ImageInput.EndOf(handle), needed);
            if (isNew && File.Exists(_path))
                TakeOver(handle);
            return handle;
        }
        catch
        {
            handle.Dispose();
            Discard();
            throw;
        }
    }

    /// <summary>Opens the file that will be replaced, of which a restore that goes on may take what is right.</summary>
    /// <returns>Null if there is none, or it may not be read.</returns>
    public SafeFileHandle? TryOpenOld()
    {
        if (!_options.Resume || _place == _path || !File.Exists(_path))
            return null;
        try
        {
            return File.OpenHandle(_path, share: FileShare.ReadWrite | FileShare.Delete, options: FileOptions.Asynchronous);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It only saves time.
            return null;
        }
    }

    /// <summary>Removes a part that nobody writes to: whoever does has it locked.</summary>
    private void DeletePart()
    {
        try
        {
            using SafeFileHandle part = Open(FileMode.Open, FileAccess.ReadWrite);
            // The name goes, and not the bytes: it may be another name of a file that somebody needs.
            if (!OperatingSystem.IsWindows())
                File.Delete(_place);
        }
        catch (UnauthorizedAccessException)
        {
            // It may be removed all the same: it is for the directory to say.
            File.Delete(_place);
        }

        // There, what is open stays.
        if (OperatingSystem.IsWindows())
            File.Delete(_place);
    }

    private SafeFileHandle Open(FileMode mode, FileAccess access)
    {
        try
        {
            return File.OpenHandle(_place, mode, access, IsDevice && !_isBlock ? FileShare.ReadWrite : FileShare.None, FileOptions.Asynchronous);
        }
        catch (IOException busy) when (busy.HResult is Errno.Again or AgainElsewhere or SharedBadly)
        {
            throw new IOException(
                $"Another process has {_path} open, which may be restoring it at the same time. Wait for that one, or restore to another place.", busy)
            {
                HResult = CannotMake,
            };
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new DirectoryNotFoundException(missing.Message.Replace(_place, _path, StringComparison.Ordinal), missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new UnauthorizedAccessException(denied.Message.Replace(_place, _path, StringComparison.Ordinal), denied);
        }
        catch (FileNotFoundException missing) when (mode == FileMode.CreateNew)
        {
            // This is what /proc says.
            string folder = Path.GetDirectoryName(_place) ?? _place;
            throw new IOException(
                $"{_path} cannot be made: the file system of {folder} has no place for files of others. Restore to another place.", missing)
            {
                HResult = CannotMake,
            };
        }
    }

    /// <summary>Puts the complete file into its place. While it is open nobody else takes the part for abandoned; only Windows moves nothing that is.</summary>
    /// <param name="isOpen">Whether the file is open still.</param>
    public void Complete(bool isOpen)
    {
        if (_place == _path || isOpen == OperatingSystem.IsWindows())
            return;
        try
        {
            File.Move(_place, _path, _options.Overwrite);
        }
        catch (IOException) when (!_options.Overwrite && IsSomething(_path))
        {
            throw Exists(_path, "was made by somebody else meanwhile");
        }
    }

    /// <summary>Removes what was begun, if it was not there before.</summary>
    public void Discard()
    {
        if (_isOurs)
            File.Delete(_place);
    }

    /// <summary>Checks that an image fits on a device, before the first byte is written.</summary>
    /// <exception cref="IOException">It does not.</exception>
    internal static void RequireRoom(string path, long room, long size)
    {
        if (room < size)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture, $"{path} has {room} bytes, and the image has {size}. Nothing was written: a larger device is needed."));
        }
    }

    /// <summary>Why a device cannot be had alone; null if the error says something else.</summary>
    internal static IOException? InUse(string path, int error) => error != Errno.Busy ? null : new(
        $"{path} is in use: it is mounted, used for swap, or part of a volume group or an array. Nothing was written: lsblk shows what uses it. "
        + "Unmount it, or restore to another device.", CannotMake);

    // Only this way the system says that a device is mounted.
    private SafeFileHandle? OpenAlone(int access)
    {
        SafeFileHandle? device = OpenFile.TryOpen(_place, access | Libc.Exclusive);
        return device is null && InUse(_path, Marshal.GetLastPInvokeError()) is { } failure ? throw failure : device;
    }

    /// <summary>Sees that what has the name of the part may be gone on with, or may go.</summary>
    private static void RequirePart(string path, string partial, RestoreFileOptions options)
    {
        string? reason = TypeOf(partial, follows: false, out uint links) switch
        {
            RegularFile when options.Resume && links > 1 => "is a file with other names as well",
            RegularFile => null,
            Directory => "is a directory",
            _ when new FileInfo(partial).LinkTarget is not null => "is a link",
            _ => "is no regular file",
        };
        if (reason is not null)
            throw NoPart(path, partial, reason);
        if (!options.Resume && !options.Overwrite)
            throw Exists(path, $"was begun by a restore that was broken off, or is still at work: {partial} holds what it wrote");
    }

    /// <summary>Sees that what was opened is the part that has the name, and not what a link or a further name leads to meanwhile.</summary>
    private void RequireOpenPart(SafeFileHandle handle)
    {
        if (!Libc.IsSupported)
            return;
        bool isIt = Libc.Statx(Libc.CurrentDirectory, Libc.Text(Encoding.UTF8.GetBytes(_place)), Libc.SymlinkNoFollow, out StatxBuffer named) == 0
            && StatOf(handle) is { } open
            && (open.Mode & TypeMask) == RegularFile && open.Links == 1
            && (open.Inode, open.DeviceMajor, open.DeviceMinor) == (named.Inode, named.DeviceMajor, named.DeviceMinor);
        if (!isIt)
            throw NoPart(_path, _place, "was replaced while it was opened");
    }

    private static IOException NoPart(string path, string partial, string reason) =>
        new($"{path} cannot be made: {partial}, in which it would come into being, {reason}. Remove that, or restore elsewhere.", CannotMake);

    private static StatxBuffer? StatOf(SafeFileHandle handle)
    {
        bool added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            return Libc.Statx((int)handle.DangerousGetHandle(), "\0"u8, Libc.EmptyPath, out StatxBuffer stat) == 0 ? stat : null;
        }
        finally
        {
            if (added)
                handle.DangerousRelease();
        }
    }

    /// <summary>Whether there is anything, be it a link that leads nowhere.</summary>
    private static bool IsSomething(string path) => TypeOf(path, follows: false, out _) != 0 || new FileInfo(path).LinkTarget is not null;

    /// <summary>A link stays, and what it points to is replaced.</summary>
    private static string Follow(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            // It leads back to itself.
            return path;
        }
    }

    /// <summary>The type in the mode of what a path leads to; 0 if there is nothing.</summary>
    private static uint TypeOf(string path, bool follows, out uint links)
    {
        links = 1;
        if (Libc.IsSupported)
        {
            byte[] text = Libc.Text(Encoding.UTF8.GetBytes(path));
            bool isThere = Libc.Statx(Libc.CurrentDirectory, text, follows ? 0 : Libc.SymlinkNoFollow, out StatxBuffer stat) == 0;
            links = isThere ? stat.Links : 0;
            return isThere ? stat.Mode & TypeMask : 0;
        }

        if (!follows && new FileInfo(path).LinkTarget is not null)
            return TypeMask;
        if (System.IO.Directory.Exists(path))
            return Directory;
        if (path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal))
            return TypeMask;
        return File.Exists(path) ? RegularFile : 0;
    }

    /// <summary>Gives the new file the owner, as far as that is allowed, and the rights of the one that it will replace.</summary>
    private void TakeOver(SafeFileHandle handle)
    {
        if (Libc.IsSupported && Libc.Statx(Libc.CurrentDirectory, Libc.Text(Encoding.UTF8.GetBytes(_path)), 0, out StatxBuffer stat) == 0
            && Libc.ChangeOwner(handle, "\0"u8, stat.UserId, stat.GroupId, Libc.EmptyPath) != 0)
        {
            // The group may still be one of ours.
            _ = Libc.ChangeOwner(handle, "\0"u8, uint.MaxValue, stat.GroupId, Libc.EmptyPath);
        }

        try
        {
            FileRights.Copy(_path, handle);
        }
        catch (IOException failure)
        {
            throw new IOException($"{_path} cannot be replaced: {failure.Message}. Remove it, or restore to another place.", failure) { HResult = CannotMake };
        }
    }
}
