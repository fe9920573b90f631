/** What compilers and build scripts say of libraries that are not there, and Debian's packages that have them. */
const libraries: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /libxml\/\S+\.h: No such file|xml2-config|libxml2 and libxslt development/,
    ['libxml2-dev', 'libxslt1-dev'],
  ],
  [/\bffi\.h: No such file/, ['libffi-dev']],
  [/openssl\/\S+\.h: No such file|Could not find directory of OpenSSL/, ['libssl-dev']],
  [/pg_config executable not found|libpq-fe\.h: No such file/, ['libpq-dev']],
  [
    /mysql_config.*not found|Can not find valid pkg-config name|mysql\.h: No such file/,
    ['default-libmysqlclient-dev'],
  ],
  [/\byaml\.h: No such file/, ['libyaml-dev']],
  [
    /headers or library files could not be found for jpeg|jpeglib\.h: No such file/,
    ['libjpeg-dev', 'zlib1g-dev'],
  ],
  [/headers or library files could not be found for zlib|\bzlib\.h: No such file/, ['zlib1g-dev']],
  [/curl\/curl\.h: No such file|Could not run curl-config/, ['libcurl4-openssl-dev', 'libssl-dev']],
  [/\blber\.h: No such file|\bldap\.h: No such file/, ['libldap2-dev', 'libsasl2-dev']],
  [/sasl\/sasl\.h: No such file/, ['libsasl2-dev']],
  [/sqlite3\.h: No such file/, ['libsqlite3-dev']],
  [/hdf5\.h: No such file|Unable to load dependency HDF5/, ['libhdf5-dev']],
  [/geos_c\.h: No such file|geos-config/, ['libgeos-dev']],
  [/\bproj(_api)?\.h: No such file/, ['libproj-dev', 'proj-bin']],
  [/ft2build\.h: No such file/, ['libfreetype-dev']],
  [/cairo\.h: No such file|Dependency "cairo" not found/, ['libcairo2-dev']],
  [/gmp\.h: No such file/, ['libgmp-dev']],
  [/mpfr\.h: No such file/, ['libmpfr-dev']],
  [/mpc\.h: No such file/, ['libmpc-dev']],
  [/snappy-c\.h: No such file/, ['libsnappy-dev']],
  [/lz4\S*\.h: No such file/, ['liblz4-dev']],
  [/zstd\.h: No such file/, ['libzstd-dev']],
  [/bzlib\.h: No such file/, ['libbz2-dev']],
  [/lzma\.h: No such file/, ['liblzma-dev']],
  [/portaudio\.h: No such file/, ['portaudio19-dev']],
  [/librdkafka\/\S+\.h: No such file/, ['librdkafka-dev']],
  [/krb5-config|gssapi\/gssapi\S*\.h: No such file/, ['libkrb5-dev']],
  [/dbus\/dbus\.h: No such file|Dependency "?dbus-1/, ['libdbus-1-dev', 'libglib2.0-dev']],
  [/X11\/\S+\.h: No such file/, ['libx11-dev']],
  [/GL\/\S+\.h: No such file/, ['libgl-dev', 'libglu1-mesa-dev']],
  [/expat\.h: No such file/, ['libexpat1-dev']],
  [/magic\.h: No such file/, ['libmagic-dev']],
  [/graphviz\/\S+\.h: No such file/, ['libgraphviz-dev']],
  [/Unknown compiler\(s\): \[\['gfortran'|gfortran.*not found|no Fortran compiler found/i, ['gfortran']],
  [
    /can't find Rust compiler|cargo.*not (found|installed)|Cargo, the Rust package manager, is not installed/i,
    ['cargo'],
  ],
  [/\bcmake\b.*(not found|No such file)|CMake must be installed/i, ['cmake']],
  [/\bswig\b.*(not found|No such file|failed)/i, ['swig']],
];

/** Debian's packages that a failed build asks for. */
export function debianPackagesFor(said: string): string[] {
  return libraries.flatMap(([pattern, packages]) => (pattern.test(said) ? packages : []));
}
