namespace ProxSharp.Operations.Policies;

/// <summary>Tells whether there is a policy. What cannot be looked at may be one: a guard that then said no would be open.</summary>
internal static class PolicyFile
{
    /// <summary>False only if there is certainly nothing at the path; true also if a folder above it may not be searched.</summary>
    public static bool MayExist(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return LeadsNowhere(Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // A folder that is a link to nothing, as of a share that is not mounted, or that is no folder, hides whatever should be there.
    private static bool LeadsNowhere(string? folder)
    {
        for (; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder) || new FileInfo(folder).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }
}
