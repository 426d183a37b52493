namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>
/// The folders and small files of a datastore, laid out as a real server does. Paths are relative, with slashes; the empty path is the datastore
/// itself. Safe for concurrent use. The arrays that go in and out must not be changed.
/// </summary>
internal abstract class StoreFiles
{
    /// <summary>The content of a file; null if there is none.</summary>
    public abstract byte[]? Read(string path);

    /// <summary>Writes a file, making the folders it needs.</summary>
    public abstract void Write(string path, byte[] content);

    public abstract void Delete(string path);

    public abstract bool HasFolder(string path);

    /// <summary>Makes a folder and those above it.</summary>
    public abstract void MakeFolder(string path);

    /// <summary>Removes a folder with all that is in it.</summary>
    public abstract void DeleteFolder(string path);

    /// <summary>Moves a folder with all that is in it, making the folders above its new place.</summary>
    /// <exception cref="IOException">There is no such folder, or its new place is taken.</exception>
    public abstract void MoveFolder(string from, string to);

    /// <summary>The names of the folders in a folder, sorted; empty if it does not exist.</summary>
    public abstract IReadOnlyList<string> Folders(string path);

    /// <summary>The names and lengths of the files in a folder, sorted; empty if it does not exist.</summary>
    public abstract IReadOnlyList<StoreFile> Files(string path);
}
